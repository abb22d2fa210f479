import type { Tensor } from '@samkit/core'
import type { BatchNormParams } from '../layers/batch-norm.ts'

/** Batch norm in training, written with nothing but sums over the batch and the image. */
export function normalized(x: Tensor, { weight, bias }: BatchNormParams): Tensor {
  const over = { axis: [0, 2, 3], keepDims: true }
  const centred = x.sub(x.mean(over))
  const scaled = centred.div(centred.square().mean(over).add(1e-5).sqrt())
  return scaled.mul((weight as Tensor).reshape(-1, 1, 1)).add((bias as Tensor).reshape(-1, 1, 1))
}
