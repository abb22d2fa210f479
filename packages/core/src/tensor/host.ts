import type { HostArray } from '../graph/dtype.ts'
import { fromOwned } from '../graph/leaf.ts'
import type { Tensor } from '../graph/tensor.ts'
import { data, type ReadOptions, realize } from './value.ts'

/** A tensor of values in host memory, such as a file's array. The data is copied. */
export function fromHostArray({ data: values, shape, dtype }: HostArray): Tensor {
  return fromOwned(values.slice(), shape, dtype)
}

/** The tensor's value in host memory, computed if need be, for writing to a file. */
export async function toHostArray(t: Tensor, options?: ReadOptions): Promise<HostArray> {
  return { shape: t.shape, dtype: t.dtype, data: await data(t, options) }
}

/** Several tensors' values in host memory by name, computed in one plan. */
export async function toHostArrays(
  tensors: Readonly<Record<string, Tensor>>,
): Promise<Map<string, HostArray>> {
  await realize(...Object.values(tensors))
  const entries = Object.entries(tensors).map(async ([name, t]) => [name, await toHostArray(t)] as const)
  return new Map(await Promise.all(entries))
}
