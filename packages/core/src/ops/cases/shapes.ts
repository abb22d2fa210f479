import fc from 'fast-check'
import type { Shape } from '../../graph/dtype.ts'

/** What shapes to draw. */
export interface ShapeOptions {
  /** Least number of axes. Default 0. */
  readonly minRank?: number
  /** Most axes. Default 4. */
  readonly maxRank?: number
  /** Least size of an axis. Default 0. */
  readonly minSize?: number
  /** Most elements; larger sizes become 1. Default 36. */
  readonly limit?: number
}

/** A size of an axis: small, and 0, 1 and 2 often. */
export function sizes(min = 0): fc.Arbitrary<number> {
  const weighted = [
    { arbitrary: fc.constant(0), weight: 1 },
    { arbitrary: fc.constant(1), weight: 3 },
    { arbitrary: fc.constant(2), weight: 4 },
    { arbitrary: fc.constant(3), weight: 4 },
    { arbitrary: fc.integer({ min: 4, max: 7 }), weight: 2 },
  ]
  return fc.oneof(...weighted.slice(min === 0 ? 0 : 1)).map((n) => Math.max(min, n))
}

/** A shape; often all axes are equal, where a mix-up of axes does not show in the shape. */
export function shapes({
  minRank = 0,
  maxRank = 4,
  minSize = 0,
  limit = 36,
}: ShapeOptions = {}): fc.Arbitrary<Shape> {
  return fc
    .tuple(
      fc.array(sizes(minSize), { minLength: minRank, maxLength: maxRank }),
      fc.option(fc.integer({ min: Math.max(1, minSize), max: 4 }), { freq: 3 }),
    )
    .map(([list, same]) => limited(same === null ? list : list.map(() => same), limit))
}

function limited(shape: Shape, limit: number): number[] {
  let size = 1
  return shape.map((n) => {
    const fits = size * n <= limit ? n : 1
    size *= Math.max(1, fits)
    return fits
  })
}

/** Shapes of `count` operands that broadcast together: axes of size 1, and missing leading ones, in any of them. */
export function broadcastable(count: number, options: ShapeOptions = {}): fc.Arbitrary<readonly Shape[]> {
  return shapes(options).chain((target) => {
    const operand = fc
      .tuple(
        fc.nat({ max: target.length }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: target.length, maxLength: target.length }),
        fc.boolean(),
      )
      .map(([dropped, coins, whole]) =>
        whole ? target : target.map((n, axis) => (coins[axis] === 0 ? 1 : n)).slice(dropped),
      )
    return fc.tuple(...Array.from({ length: count }, () => operand))
  })
}

/** The sorted axes of some subset. */
export function someAxes(rank: number): fc.Arbitrary<number[]> {
  return fc.subarray(Array.from({ length: rank }, (_, axis) => axis))
}

/** One number per entry of `list`, each from the arbitrary that `draw` gives for it. */
export function each<T, U>(
  list: readonly T[],
  draw: (item: T, i: number) => fc.Arbitrary<U>,
): fc.Arbitrary<U[]> {
  return fc.tuple(...list.map(draw))
}
