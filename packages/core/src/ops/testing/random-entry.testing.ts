import type { RandomAttrs } from '../random.ts'
import { type Index, rankOf } from './nd.testing.ts'
import { entry, type Statement } from './op-case.testing.ts'

type Words = readonly [bigint, bigint, bigint, bigint]

const word = (x: bigint): bigint => BigInt.asUintN(32, x)

/** Ten rounds of Philox 4x32 (Salmon et al., SC 2011, section 3.2), in big integers. */
function philox([a, b, c, d]: Words, [k, l]: readonly [bigint, bigint]): Words {
  let counter: Words = [a, b, c, d]
  for (let round = 0n; round < 10n; round++) {
    const left = 0xd2511f53n * counter[0]
    const right = 0xcd9e8d57n * counter[2]
    counter = [
      word((right >> 32n) ^ counter[1] ^ word(k + round * 0x9e3779b9n)),
      word(right),
      word((left >> 32n) ^ counter[3] ^ word(l + round * 0xbb67ae85n)),
      word(left),
    ]
  }
  return counter
}

/** Random numbers by key and counter. */
export const randomEntry: Statement = entry<RandomAttrs>({
  element: ([key, stream], { shape, dtype, tag }, index: Index) => {
    const perBlock = dtype === 'f64' ? 2 : 4
    const element = rankOf(index, shape)
    const words = philox(
      [BigInt(Math.floor(element / perBlock)), 0n, word(BigInt(stream!.data[0]!)), BigInt(tag)],
      [word(BigInt(key!.data[0]!)), word(BigInt(key!.data[1]!))],
    )
    const lane = element % perBlock
    if (dtype === 'i32') return words[lane]!
    if (dtype === 'f32') return Number(words[lane]! >> 8n) / 2 ** 24
    return Number(((words[2 * lane]! >> 5n) << 26n) + (words[2 * lane + 1]! >> 6n)) / 2 ** 53
  },
})
