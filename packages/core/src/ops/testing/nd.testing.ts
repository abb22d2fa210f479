import { allocate, type HostArray, type Shape, type TensorSpec } from '../../graph/dtype.ts'

// Arrays by multi-index, on purpose without the strides that the reference kernels walk with.

/** One position in an array: a number per axis. */
export type Index = readonly number[]

/** Every position of an array of `shape`, the last axis running fastest. */
export function positions(shape: Shape): Index[] {
  let found: Index[] = [[]]
  for (const n of shape) found = found.flatMap((index) => Array.from({ length: n }, (_, i) => [...index, i]))
  return found
}

/** How many elements come before `index`. */
export function rankOf(index: Index, shape: Shape): number {
  return index.reduce((before, i, axis) => before * shape[axis]! + i, 0)
}

/** The element of `x` at `index`. */
export function at(x: HostArray, index: Index): number {
  const inside = index.length === x.shape.length && index.every((i, axis) => i >= 0 && i < x.shape[axis]!)
  if (!inside) throw new RangeError(`[${index.join()}] lies outside of [${x.shape.join()}]`)
  return x.data[rankOf(index, x.shape)]!
}

/** The element of `x` that broadcasting puts at `index`. */
export function broadcastAt(x: HostArray, index: Index): number {
  const own = index.slice(index.length - x.shape.length)
  return at(
    x,
    own.map((i, axis) => (x.shape[axis] === 1 ? 0 : i)),
  )
}

/** `index` with another number on one axis. */
export function replaced(index: Index, axis: number, i: number): number[] {
  return index.map((own, a) => (a === axis ? i : own))
}

/** The array whose elements `element` gives, integers as `bigint` or `number`, wrapped to the width of `i32`. */
export function arrayOf(spec: TensorSpec, element: (index: Index) => number | bigint): HostArray {
  const everywhere = positions(spec.shape)
  const data = allocate(spec.dtype, everywhere.length)
  everywhere.forEach((index, i) => {
    const value = element(index)
    data[i] = typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value
  })
  return { ...spec, data }
}

/** The sum in the numbers that suit `dtype`: without bound for integers, one rounding an addition for floats. */
export function total(dtype: HostArray['dtype'], terms: readonly number[]): number | bigint {
  if (dtype !== 'i32') return terms.reduce((a, b) => a + b, 0)
  return terms.reduce((a, b) => a + BigInt(b), 0n)
}
