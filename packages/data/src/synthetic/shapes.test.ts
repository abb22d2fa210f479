import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { syntheticShapeTable } from './shapes.ts'

const coordinate = fc.double({ min: -3, max: 3, noNaN: true })

describe.each(syntheticShapeTable.map((shape) => [shape.name, shape.distance] as const))(
  '%s',
  (_, distance) => {
    it('lies within 1.1 of the origin', () => {
      fc.assert(
        fc.property(coordinate, coordinate, (x, y) => {
          if (Math.hypot(x, y) > 1.1) expect(distance(x, y)).toBeGreaterThan(0)
        }),
      )
    })

    it('has a distance that never changes faster than the way one goes', () => {
      fc.assert(
        fc.property(coordinate, coordinate, coordinate, coordinate, (x, y, u, v) => {
          const change = Math.abs(distance(x, y) - distance(u, v))
          expect(change).toBeLessThanOrEqual(Math.hypot(x - u, y - v) + 1e-12)
        }),
      )
    })

    it('fills between a sixth and three quarters of the unit circle', () => {
      let inside = 0
      for (let row = 0; row < 100; row++) {
        for (let column = 0; column < 100; column++) {
          if (distance((column - 49.5) / 45, (row - 49.5) / 45) < 0) inside += 1
        }
      }
      const part = inside / (Math.PI * 45 ** 2)
      expect(part).toBeGreaterThan(1 / 6)
      expect(part).toBeLessThan(3 / 4)
    })
  },
)
