import {
  type Code,
  type Int,
  i8x16,
  i32,
  i32x4,
  i64x2,
  type Local,
  type Vector,
  v128,
} from '../../assembler/index.ts'

/** Four words, each in a vector with one block's in a lane. */
export type FourBlocks = readonly [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>]

const rounds = 10
const words = (...picked: readonly number[]): number[] =>
  picked.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte))
const lowWords = words(0, 2, 4, 6)
const highWords = words(1, 3, 5, 7)

/** Locals that hold the keys of all rounds, in all lanes. */
export function roundKeys(code: Code, key: readonly [Int, Int]): (readonly [Local<'v128'>, Local<'v128'>])[] {
  const [first, second] = [code.let(i32.add(key[0], 0)), code.let(i32.add(key[1], 0))]
  return Array.from({ length: rounds }, () => {
    const pair = [code.let(i32x4.splat(first)), code.let(i32x4.splat(second))] as const
    code.increase(first, 0x9e3779b9)
    code.increase(second, 0xbb67ae85)
    return pair
  })
}

/**
 * Philox 4x32-10 on four counters side by side, in place: the counters' words become random words (Salmon et al., SC
 * 2011, section 3.3).
 */
export function philoxRounds(
  code: Code,
  [c0, c1, c2, c3]: FourBlocks,
  keys: readonly (readonly [Local<'v128'>, Local<'v128'>])[],
): void {
  const factors = [0xd2511f53, 0xcd9e8d57].map((m) => code.let(i32x4.splat(m))) as [
    Local<'v128'>,
    Local<'v128'>,
  ]
  const products = [0, 1, 2, 3].map(() => code.local('v128')) as [
    Local<'v128'>,
    Local<'v128'>,
    Local<'v128'>,
    Local<'v128'>,
  ]
  const [low0, high0, low1, high1] = products
  for (const [k0, k1] of keys) {
    code.set(low0, i64x2.extmulLowI32x4U(factors[0], c0))
    code.set(high0, i64x2.extmulHighI32x4U(factors[0], c0))
    code.set(low1, i64x2.extmulLowI32x4U(factors[1], c2))
    code.set(high1, i64x2.extmulHighI32x4U(factors[1], c2))
    const mixed = (low: Vector, high: Vector, word: Vector, key: Vector): Vector =>
      v128.xor(v128.xor(i8x16.shuffle(low, high, highWords), word), key)
    code.set(c0, mixed(low1, high1, c1, k0))
    code.set(c1, i8x16.shuffle(low1, high1, lowWords))
    code.set(c2, mixed(low0, high0, c3, k1))
    code.set(c3, i8x16.shuffle(low0, high0, lowWords))
  }
}

/** The words of four blocks in the order of the stream: four vectors, one for each block. */
export function inOrder(code: Code, [c0, c1, c2, c3]: FourBlocks): Local<'v128'>[] {
  const firsts = words(0, 4, 1, 5)
  const lasts = words(2, 6, 3, 7)
  const [a, b, c, d] = [
    code.let(i8x16.shuffle(c0, c1, firsts)),
    code.let(i8x16.shuffle(c2, c3, firsts)),
    code.let(i8x16.shuffle(c0, c1, lasts)),
    code.let(i8x16.shuffle(c2, c3, lasts)),
  ]
  const [front, back] = [words(0, 1, 4, 5), words(2, 3, 6, 7)]
  return [
    code.let(i8x16.shuffle(a, b, front)),
    code.let(i8x16.shuffle(a, b, back)),
    code.let(i8x16.shuffle(c, d, front)),
    code.let(i8x16.shuffle(c, d, back)),
  ]
}
