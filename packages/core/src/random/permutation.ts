import { checkShape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { argsort } from '../ops/argsort.ts'
import { gather } from '../ops/gather.ts'
import { draw } from './draw.ts'

/**
 * The numbers from 0 to `n - 1` in a random order, `i32 [n]`: sorted by random words twice over. Equal words keep
 * their order, but the second sort finds it random already, so only indices that meet equals both times keep theirs:
 * some pair does with a probability of about `n² / 2⁶⁵`.
 *
 * @throws OpError when `key` is not a key or `n` not a whole number of at least 0.
 */
export function permutation(key: Tensor, n: number): Tensor {
  checkShape('permutation', [n])
  const first = argsort(draw('permutation', key, [n], 'i32', 0))
  const second = argsort(draw('permutation', key, [n], 'i32', 1))
  return gather(first, 0, second)
}
