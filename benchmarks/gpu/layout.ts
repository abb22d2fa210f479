import { count, type HostTensor } from './workload.ts'

const orders = { images: [0, 2, 3, 1], kernels: [2, 3, 1, 0] } as const

/** The same numbers with their axes in another order. */
function permuted(
  data: Float32Array,
  shape: readonly number[],
  axes: readonly number[],
): Float32Array<ArrayBuffer> {
  const to = axes.map((axis) => shape[axis] ?? 1)
  const result = new Float32Array(data.length)
  const strides = shape.map((_, axis) => count(shape.slice(axis + 1)))
  for (let i = 0; i < result.length; i++) {
    let [rest, from] = [i, 0]
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const size = to[axis] ?? 1
      from += (rest % size) * (strides[axes[axis] ?? 0] ?? 0)
      rest = Math.floor(rest / size)
    }
    result[i] = data[from] ?? 0
  }
  return result
}

/** The tensor as a contestant with channels last wants it. */
export function channelsLast(tensor: HostTensor): HostTensor {
  const { shape, data, kind } = tensor
  if (kind === undefined) return tensor
  const order = orders[kind]
  return { shape: order.map((axis) => shape[axis] ?? 1), data: permuted(data, shape, order) }
}
