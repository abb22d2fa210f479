import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addLoss, curvePoints, emptyCurve } from './loss-curve.ts'

const curveOf = (losses: readonly number[]) => losses.reduce(addLoss, emptyCurve)

test('a short run keeps every loss, at the middle of its step', () => {
  expect(curvePoints(curveOf([3, 2, 1]))).toEqual([
    { step: 0.5, loss: 3 },
    { step: 1.5, loss: 2 },
    { step: 2.5, loss: 1 },
  ])
})

test('a long run keeps few points, each the mean of the steps around it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), (steps) => {
      const curve = curveOf(Array.from({ length: steps }, (_, i) => i))
      const points = curvePoints(curve)
      expect(points.length).toBeLessThan(400)
      expect(curve.points.length * curve.stepsPerPoint + curve.open.count).toBe(steps)
      // The loss was the number of the step, so its mean over a bucket is the bucket's middle.
      for (const { step, loss } of points) expect(loss).toBeCloseTo(step - 0.5, 9)
    }),
    { numRuns: 20 },
  )
})
