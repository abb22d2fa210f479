import type { Shape } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { remainder } from '../ops/arithmetic.ts'
import { lt } from '../ops/compare.ts'
import { add } from '../ops/elementwise.ts'
import { where } from '../ops/select.ts'
import { draw } from './draw.ts'

/** The range of random whole numbers. */
export interface RandintOptions {
  /** The smallest number drawn. Default 0. */
  readonly low?: number
  /** All numbers drawn are below it. */
  readonly high: number
}

/**
 * Whole numbers (`i32`) from `low` up to but without `high`, all equally likely but for less than one part in 2³⁰.
 *
 * A word modulo the span favours small numbers where the span does not divide 2³², so words past its last multiple
 * are passed over for words of another stream; there are as many streams as that bound takes (1 for small spans and
 * powers of two).
 *
 * @throws OpError when `key` is not a key, or the bounds are not whole numbers of 32 bits, `low` below `high` by at
 * most 2³¹ - 1.
 */
export function randint(key: Tensor, shape: Shape, { low = 0, high }: RandintOptions): Tensor {
  const span = high - low
  const whole = Number.isInteger(low) && Number.isInteger(high)
  if (!whole || low < -(2 ** 31) || high > 2 ** 31 || span < 1 || span >= 2 ** 31) {
    throw new OpError(
      'randint',
      'needs whole numbers, low from -2^31, high to 2^31, low below high by at most 2^31 - 1, ' +
        `got ${String(low)} and ${String(high)}`,
    )
  }
  const surplus = 2 ** 32 % span
  let word = draw('randint', key, shape, 'i32')
  // Signed words run from -2³¹: those below `end` are a whole number of spans.
  const end = 2 ** 31 - surplus
  const last = streamsFor(surplus / 2 ** 32) - 1
  if (last > 0) {
    let chosen = draw('randint', key, shape, 'i32', last)
    for (let stream = last - 1; stream > 0; stream--) {
      const next = draw('randint', key, shape, 'i32', stream)
      chosen = where(lt(next, end), next, chosen)
    }
    word = where(lt(word, end), word, chosen)
  }
  return add(remainder(word, span), low)
}

/** How many words to look at until all are passed over with a probability of at most 2⁻³⁰. */
function streamsFor(passedOver: number): number {
  let count = 1
  for (let all = passedOver; all > 2 ** -30; all *= passedOver) count += 1
  return count
}
