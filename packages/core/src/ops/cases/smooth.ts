import type { Primitive } from '../../graph/tensor.ts'

const candidates: readonly (readonly number[])[] = [
  [0.21, 0.43, 0.64, 0.87, 1.1, 1.36, 1.7, 2.15],
  [0.32, 0.53, 0.75, 0.98, 1.23, 1.52, 1.9, 2.4],
].map((sizes) => sizes.flatMap((x) => [x, -x]))

/** How far around a point the op must look straight. */
const reach = 0.01

/**
 * For each operand of an elementwise primitive, values such that the op is finite and smooth around every combination of
 * them: what gradients can be compared with differences at. Found by trying, so that no op has to state its domain.
 */
export function smoothValues(primitive: Primitive, operands: number): number[][] {
  const f = (point: readonly number[]): number => {
    const inputs = point.map((x) => ({ shape: [], dtype: 'f64' as const, data: Float64Array.of(x) }))
    return primitive.reference(inputs, {}, { shape: [], dtype: 'f64' })[0] ?? Number.NaN
  }
  const pools = Array.from({ length: operands }, (_, i) => [...(candidates[i % 2] ?? [])])
  for (;;) {
    const blame = worstValue(pools, f)
    if (blame === undefined) break
    pools[blame.operand] = pools[blame.operand]!.filter((x) => x !== blame.value)
    if (pools[blame.operand]!.length < 3) {
      throw new Error(
        `${primitive.name} is smooth nearly nowhere between -2.4 and 2.4: give it cases of its own in ` +
          'ops/cases',
      )
    }
  }
  return pools
}

/** The value that is part of most combinations where `f` is not smooth. */
function worstValue(
  pools: readonly (readonly number[])[],
  f: (point: readonly number[]) => number,
): { operand: number; value: number } | undefined {
  const counts = pools.map(() => new Map<number, number>())
  let worst: { operand: number; value: number; count: number } | undefined
  for (const point of combinations(pools)) {
    if (isSmooth(f, point)) continue
    point.forEach((value, operand) => {
      // Relative to the size of the pool, or one bad value of an operand would be blamed on all of the other's.
      const count = (counts[operand]!.get(value) ?? 0) + pools[operand]!.length
      counts[operand]!.set(value, count)
      if (worst === undefined || count > worst.count) worst = { operand, value, count }
    })
  }
  return worst
}

function combinations(pools: readonly (readonly number[])[]): number[][] {
  return pools.reduce<number[][]>((points, pool) => points.flatMap((p) => pool.map((x) => [...p, x])), [[]])
}

function isSmooth(f: (point: readonly number[]) => number, point: readonly number[]): boolean {
  const here = f(point)
  const directions = combinations(point.map(() => [-1, 0, 1]))
  return directions.every((direction) => {
    const there = (side: number): number => f(point.map((x, i) => x + side * reach * direction[i]!))
    return Math.abs(there(1) + there(-1) - 2 * here) <= 0.005 * (1 + Math.abs(here))
  })
}
