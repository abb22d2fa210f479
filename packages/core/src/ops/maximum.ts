import type { Tensor } from '../graph/tensor.ts'
import { mul } from './arithmetic.ts'
import { lt } from './compare.ts'
import { type BinaryOp, defineBinary } from './elementwise.ts'
import { scalarLike } from './leaves.ts'
import { where } from './select.ts'

/** The share of the gradient that `winner` gets: all where it is ahead, half at a tie, nothing behind. */
function share(loser: Tensor, winner: Tensor): Tensor {
  const constant = (value: number): Tensor => scalarLike(winner, value)
  return where(lt(loser, winner), constant(1), where(lt(winner, loser), constant(0), constant(0.5)))
}

/**
 * The larger of `a` and `b`, elementwise; NaN if either is NaN. At a tie each gets half of the gradient, as in
 * PyTorch's `maximum`.
 */
export const maximum: BinaryOp = defineBinary({
  name: 'maximum',
  domain: 'number',
  rules: [(t, a, b) => mul(t, share(b, a)), (t, a, b) => mul(t, share(a, b))],
  reference: Math.max,
})

/**
 * The smaller of `a` and `b`, elementwise; NaN if either is NaN. At a tie each gets half of the gradient, as in
 * PyTorch's `minimum`.
 */
export const minimum: BinaryOp = defineBinary({
  name: 'minimum',
  domain: 'number',
  rules: [(t, a, b) => mul(t, share(a, b)), (t, a, b) => mul(t, share(b, a))],
  reference: Math.min,
})
