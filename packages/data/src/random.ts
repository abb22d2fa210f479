import { philox4x32 } from '@samkit/core'

/**
 * A seed for host-side randomness: a non-negative safe integer, or the two unsigned 32-bit words it stands
 * for (low word first).
 */
export type Seed = number | readonly [number, number]

/** What a stream of random numbers is for. Streams of one seed with different purposes are independent. */
export const purposes = { shuffle: 1, train: 2, test: 3, augment: 4 } as const

/** The last counter word, which core's keys leave to generators on the host: the two never overlap. */
const hostTag = 3

/** A stream of random numbers that depends on nothing but what it was made from. */
export interface RandomStream {
  /** The next 32 random bits, an integer in `[0, 2^32)`. */
  bits(): number
  /** The next number in `[0, 1)`, a multiple of 2^-32. */
  uniform(): number
  /** The next integer in `[0, bound)`, every one equally likely; `bound` in `[1, 2^32]`. */
  below(bound: number): number
}

/**
 * The two key words of `seed`, each in `[0, 2^32)`.
 *
 * @throws RangeError where the seed is not a non-negative safe integer or a pair of unsigned 32-bit integers.
 */
export function seedWords(seed: Seed): readonly [number, number] {
  if (typeof seed === 'number') {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`seed: ${seed} is not an integer from 0 to 2^53 - 1`)
    }
    return [seed % 2 ** 32, Math.floor(seed / 2 ** 32)]
  }
  for (const word of seed) {
    if (!Number.isInteger(word) || word < 0 || word >= 2 ** 32) {
      throw new RangeError(`seed: the words [${seed.join(', ')}] must be integers from 0 to 2^32 - 1`)
    }
  }
  return seed
}

/**
 * The stream number `index` of `seed` for one purpose. Its numbers are blocks of Philox 4x32-10 at counters
 * `[0, 1, 2, …; index; purpose; 3]`, so any stream starts at once, and is the same on every machine.
 */
export function randomStream(seed: Seed, purpose: number, index: number): RandomStream {
  const key = seedWords(seed)
  const block = new Uint32Array(4)
  let counter = 0
  let used = 4
  const bits = (): number => {
    if (used === 4) {
      philox4x32(block, counter, index, purpose, hostTag, key[0], key[1])
      counter += 1
      used = 0
    }
    return block[used++] ?? 0
  }
  const below = (bound: number): number => {
    // Numbers past the last whole multiple of the bound would favour small results; draw again.
    const limit = 2 ** 32 - (2 ** 32 % bound)
    let value = bits()
    while (value >= limit) value = bits()
    return value % bound
  }
  return { bits, uniform: () => bits() / 2 ** 32, below }
}

/**
 * A seed made from a seed and a number: that of one epoch, one run. The first two words of a block of Philox 4x32-10 at
 * the counter `[0; index; purpose; 3]`.
 */
export function derivedSeed(seed: Seed, purpose: number, index: number): Seed {
  const stream = randomStream(seed, purpose, index)
  return [stream.bits(), stream.bits()]
}
