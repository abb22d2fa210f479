import { purposes, randomStream, type Seed } from './random.ts'

/**
 * The numbers from 0 to `length - 1` in a random order, every order equally likely: the order of one epoch.
 * It depends on `seed`, `epoch` and `length` only, bit for bit the same on every machine.
 * Fisher and Yates's shuffle in Durstenfeld's form (Algorithm 235, CACM 1964).
 *
 * @throws RangeError where `length` or `epoch` is not a whole number from 0, or the seed is out of range.
 */
export function epochPermutation(length: number, seed: Seed, epoch: number): Int32Array {
  if (!Number.isInteger(length) || length < 0 || length > 2 ** 31) {
    throw new RangeError(`epochPermutation: length is ${length}, must be a whole number from 0 to 2^31`)
  }
  if (!Number.isInteger(epoch) || epoch < 0 || epoch >= 2 ** 32) {
    throw new RangeError(`epochPermutation: epoch is ${epoch}, must be a whole number from 0`)
  }
  const random = randomStream(seed, purposes.shuffle, epoch)
  const order = Int32Array.from({ length }, (_, index) => index)
  for (let last = length - 1; last > 0; last--) {
    const pick = random.below(last + 1)
    const moved = order[last] ?? 0
    order[last] = order[pick] ?? 0
    order[pick] = moved
  }
  return order
}
