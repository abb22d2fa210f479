import type { DType } from '@samkit/core'
import { bytesPerElement, sizeOf } from '@samkit/core'
import type { PrimitiveKernel } from '@samkit/core/compiler'
import {
  type Code,
  f32x4,
  f64x2,
  i8x16,
  i32,
  i32x4,
  type Local,
  type Vector,
  v128,
} from '../../assembler/index.ts'
import { type Generate, operand, phaseParameters } from '../generator.ts'
import { copyElement } from './copy.ts'
import { type FourBlocks, inOrder, philoxRounds, roundKeys } from './philox.ts'

/** Bytes that four blocks of random words make, in every dtype. */
const groupBytes = 64

/** Random words: four blocks of Philox at a time, so an iteration is 16 words. */
export const generateRandom: Generate<PrimitiveKernel> = ({ inputs, attrs, output }) => {
  const { dtype } = output
  const { tag } = attrs as { readonly tag: number }
  const bytes = bytesPerElement(dtype)
  const count = sizeOf(output.shape)
  const perGroup = groupBytes / bytes
  const whole = Math.floor(count / perGroup)
  return {
    operands: [...inputs.map(({ buffer }) => buffer), output.buffer, operand.private],
    workspaceBytes: 0,
    privateBytes: groupBytes,
    phases: [
      {
        key: `random ${dtype} ${count} ${tag}`,
        outer: Math.ceil(count / perGroup),
        grain: 1,
        cost: 24,
        emit: (module) =>
          module.function('random', phaseParameters, null, (code, table, from, to) => {
            const key = code.let(i32.load(table))
            const stream = code.let(i32x4.splat(i32.load(i32.load(table, 4))))
            const out = code.let(i32.load(table, 8))
            const keys = roundKeys(code, [i32.load(key), i32.load(key, 4)])
            const group = code.local('i32')
            const at = code.local('i32')
            const blocks = [0, 1, 2, 3].map(() =>
              code.local('v128'),
            ) as readonly Local<'v128'>[] as FourBlocks
            code.for(group, { from, to }, () => {
              code.set(blocks[0], i32x4.add(i32x4.splat(i32.shl(group, 2)), i32x4.const([0, 1, 2, 3])))
              code.set(blocks[1], i32x4.const([0, 0, 0, 0]))
              code.set(blocks[2], stream)
              code.set(blocks[3], i32x4.splat(tag))
              philoxRounds(code, blocks, keys)
              code.set(at, i32.add(out, i32.shl(group, 6)))
              // The last elements may be fewer than a group: it is made elsewhere, and they are copied.
              if (whole * perGroup < count) {
                code.if(i32.eq(group, whole), () => code.set(at, i32.load(table, 12)))
              }
              store(code, dtype, at, blocks)
            })
            if (whole * perGroup < count) {
              code.if(i32.gtS(to, whole), () => {
                const end = code.let(i32.add(out, whole * groupBytes))
                for (let i = whole * perGroup; i < count; i++) {
                  code.run(copyElement(bytes, end, at, (i - whole * perGroup) * bytes))
                }
              })
            }
          }),
      },
    ],
  }
}

/** Writes the numbers that four blocks of words stand for. */
function store(code: Code, dtype: DType, at: Local<'i32'>, blocks: FourBlocks): void {
  const vectors = dtype === 'f64' ? doubles(code, blocks) : inOrder(code, blocks)
  vectors.forEach((vector, i) => {
    // The top 24 bits over 2²⁴: both steps are exact.
    const single = f32x4.mul(f32x4.convertI32x4S(i32x4.shrU(vector, 8)), f32x4.const(2 ** -24))
    code.run(v128.store(at, dtype === 'f32' ? single : vector, 16 * i))
  })
}

const upperHalf = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]
const lower = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]
const upper = lower.map((byte) => byte + 8)

/** Two doubles of each block: the top 27 bits of one word above the top 26 of the next, over 2⁵³. */
function doubles(code: Code, [c0, c1, c2, c3]: FourBlocks): Vector[] {
  const scaled = (high: Vector, low: Vector): Vector =>
    f64x2.mul(
      f64x2.add(f64x2.mul(f64x2.convertLowI32x4S(high), f64x2.const(2 ** 26)), f64x2.convertLowI32x4S(low)),
      f64x2.const(2 ** -53),
    )
  const halves = (x: Vector): Vector[] => [x, i8x16.shuffle(x, x, upperHalf)]
  const [first, second] = (
    [
      [c0, c1],
      [c2, c3],
    ] as const
  ).map(([a, b]) => {
    const [high, low] = [halves(code.let(i32x4.shrU(a, 5))), halves(code.let(i32x4.shrU(b, 6)))]
    return high.map((part, i) => code.let(scaled(part, low[i] ?? part)))
  })
  return (first ?? []).flatMap((even, i) => {
    const odd = second?.[i] ?? even
    return [i8x16.shuffle(even, odd, lower), i8x16.shuffle(even, odd, upper)]
  })
}
