import { reducedShape, sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul } from '../ops/arithmetic.ts'
import { type ReduceOptions, reduceAttrs } from '../ops/broadcast.ts'
import { cast } from '../ops/cast.ts'
import { checkTensor } from '../ops/check.ts'
import { constant } from '../ops/leaves.ts'
import { permute, reshape } from '../ops/reshape.ts'
import { concat, sliceAxis } from '../ops/slice.ts'

/**
 * The product over `axis` (default: all). An empty product is 1. Booleans become `i32`; `i32` products wrap.
 *
 * Multiplied in pairs, as in a knockout tournament: no division by an element anywhere, so gradients of every order
 * are right where elements are 0.
 */
export function prod(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkTensor('prod', x)
  const { axes, keepDims } = reduceAttrs('prod', x, options)
  const kept = x.shape.flatMap((_, a) => (axes.includes(a) ? [] : [a]))
  const shape = reducedShape(x.shape, axes, keepDims)
  const factors = permute(x.dtype === 'bool' ? cast(x, 'i32') : x, [...kept, ...axes])
  let row = reshape(factors, [sizeOf(shape), sizeOf(axes.map((a) => x.shape[a] ?? 1))])
  for (let n = row.shape[1] ?? 0; n > 1; n = row.shape[1] ?? 0) {
    const half = Math.floor(n / 2)
    const pairs = mul(sliceAxis(row, 1, 0, half), sliceAxis(row, 1, half, 2 * half))
    row = n % 2 === 0 ? pairs : concat([pairs, sliceAxis(row, 1, n - 1, n)], 1)
  }
  return row.shape[1] === 0 ? constant(1, shape, row.dtype) : reshape(row, shape)
}
