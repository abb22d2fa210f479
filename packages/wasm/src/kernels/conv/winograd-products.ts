import type { ConvKernel } from '@samkit/core/compiler'
import {
  type FunctionRef,
  f32x4,
  i8x16,
  i32,
  type Local,
  type ModuleBuilder,
  type Vector,
  v128,
} from '../../assembler/index.ts'
import { repeat, words } from './run.ts'
import { separate } from './slide.ts'
import { height, type Plan } from './winograd-kernel-plan.ts'

/** Adds to the sums, for four output channels and all input channels, two at a time, the products of some vectors. */
export function productFunction(module: ModuleBuilder, { n, o }: ConvKernel, plan: Plan): FunctionRef {
  const { layout, vectors, together } = plan
  const { lanes } = layout
  const row = 16 * vectors
  return module.function(
    'products',
    ['i32', 'i32', 'i32', 'i32', 'i32'],
    null,
    (code, panel, input, bytes, to, scratch) => {
      const sums = Array.from({ length: 2 * height }, () => code.local('v128'))
      const factor = code.local('v128')
      const xs = [code.local('v128'), code.local('v128')]
      const place = code.local('i32')
      const end = code.let(i32.add(panel, bytes))
      repeat(code, n / 2, () => {
        for (const sum of sums) code.set(sum, lanes.zero)
        const source = code.let(i32.add(input, 0))
        code.set(place, panel)
        code.doWhile(
          () => {
            for (let step = 0; step < together; step++) {
              if (step > 0) separate(code, place, sums, step)
              for (const [j, x] of xs.entries()) code.set(x, v128.load(source, j * row + 16 * step))
              for (let i = height - 1; i >= 0; i--) {
                code.set(factor, v128.load(place, i * row + 16 * step))
                for (const [j, x] of xs.entries()) {
                  const sum = sums[2 * i + j] as Local<'v128'>
                  code.set(sum, lanes.madd(factor, x, sum))
                }
              }
            }
            code.increase(source, 16 * together)
            code.increase(place, 16 * together)
          },
          () => i32.ltU(place, end),
        )
        // By way of memory, one after another: V8 would move the sums of the loop about to have four at once.
        for (const [i, sum] of sums.entries()) code.run(v128.store(scratch, sum, 16 * i))
        for (let j = 0; j < 2; j++) {
          const four = [0, 1, 2, 3].map((i) => code.let(v128.load(scratch, 32 * i + 16 * j)))
          code.run(v128.store(to, f32x4.add(v128.load(to, 4 * o * j), folded(four)), 4 * o * j))
        }
        code.increase(input, 2 * row)
        code.increase(to, 8 * o)
      })
    },
  )
}

/** The sums over the lanes of four vectors, each in a lane. */
function folded(four: readonly Local<'v128'>[]): Vector {
  const [a, b, c, d] = four
  if (a === undefined || b === undefined || c === undefined || d === undefined) return f32x4.const(0)
  const half = (x: Vector, y: Vector): Vector =>
    f32x4.add(i8x16.shuffle(x, y, words(0, 4, 1, 5)), i8x16.shuffle(x, y, words(2, 6, 3, 7)))
  const [ab, cd] = [half(a, b), half(c, d)]
  return f32x4.add(i8x16.shuffle(ab, cd, words(0, 1, 4, 5)), i8x16.shuffle(ab, cd, words(2, 3, 6, 7)))
}
