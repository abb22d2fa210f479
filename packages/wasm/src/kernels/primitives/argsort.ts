import { bytesPerElement, type DType } from '@samkit/core'
import type { PrimitiveKernel } from '@samkit/core/compiler'
import { f32, f64, type Int, i32, type Local, select, type Value, v128 } from '../../assembler/index.ts'
import { type Generate, operand, phaseParameters } from '../generator.ts'
import { addressOf, eachPair, linesOf } from './lines.ts'

/** A record that is sorted: the element as f64, which holds every dtype's numbers, and its index. */
const recordBytes = 16

function elementOf(dtype: DType, address: Int): Value<'f64'> {
  switch (dtype) {
    case 'f64':
      return f64.load(address)
    case 'f32':
      return f64.promoteF32(f32.load(address))
    case 'i32':
      return f64.convertI32S(i32.load(address))
    case 'bool':
      return f64.convertI32S(i32.load8u(address))
  }
}

/** Whether `later` has to come before `earlier`: what is equal keeps its order, and NaN is larger than all numbers. */
function overtakes(later: Local<'f64'>, earlier: Local<'f64'>, descending: boolean): Value<'i32'> {
  const [small, large] = descending ? [earlier, later] : [later, earlier]
  return i32.or(f64.lt(small, large), i32.and(f64.ne(large, large), f64.eq(small, small)))
}

/** The indices that sort each line, by merging runs of twice the length each time (Knuth, TAOCP 3, section 5.2.4). */
export const generateArgsort: Generate<PrimitiveKernel> = ({ inputs: [x], attrs, output }) => {
  const { axis, descending } = attrs as { readonly axis: number; readonly descending: boolean }
  const { dtype, shape, buffer } = x as PrimitiveKernel['output']
  const { outer, length, inner } = linesOf(shape, axis)
  const bytes = bytesPerElement(dtype)
  const half = length * recordBytes
  const lines = outer * inner
  // A single line is sorted by one thread only, so that its scratch need not be there for each of them.
  const scratch = { operand: lines === 1 ? operand.workspace : operand.private, bytes: 2 * half }
  return {
    operands: [buffer, output.buffer, scratch.operand],
    workspaceBytes: lines === 1 ? scratch.bytes : 0,
    privateBytes: lines === 1 ? 0 : scratch.bytes,
    phases: [
      {
        key: `argsort ${dtype} ${outer} ${length} ${inner} ${descending}`,
        outer: lines,
        grain: 1,
        cost: 4 * length * (1 + Math.ceil(Math.log2(length))),
        emit: (module) =>
          module.function('argsort', phaseParameters, null, (code, table, from, to) => {
            const [source, result, records] = [0, 4, 8].map((place) => code.let(i32.load(table, place))) as [
              Local<'i32'>,
              Local<'i32'>,
              Local<'i32'>,
            ]
            const [k, at, there] = [code.local('i32'), code.local('i32'), code.local('i32')]
            const [now, next, swapped] = [code.local('i32'), code.local('i32'), code.local('i32')]
            const [width, end, limit] = [code.local('i32'), code.local('i32'), code.local('i32')]
            const [left, middle, right] = [code.local('i32'), code.local('i32'), code.local('i32')]
            const [a, b, second] = [code.local('f64'), code.local('f64'), code.local('i32')]
            eachPair(code, { from, to, count: inner }, (line, column) => {
              const start = code.let(i32.add(column, i32.mul(line, length * inner)))
              code.set(at, addressOf(source, start, bytes))
              code.set(now, records)
              code.set(next, i32.add(records, half))
              code.set(there, now)
              code.for(k, { from: 0, to: length }, () => {
                code.run(f64.store(there, elementOf(dtype, at)))
                code.run(i32.store(there, k, 8))
                code.increase(at, inner * bytes)
                code.increase(there, recordBytes)
              })
              code.set(width, i32.const(recordBytes))
              code.while(
                () => i32.ltS(width, half),
                () => {
                  code.set(left, now)
                  code.set(there, next)
                  code.set(end, i32.add(now, half))
                  code.while(
                    () => i32.ltU(left, end),
                    () => {
                      const least = (x: Value<'i32'>): Value<'i32'> => select(i32.ltU(x, end), x, end)
                      code.set(middle, i32.add(left, width))
                      code.set(middle, least(middle))
                      code.set(limit, i32.add(middle, width))
                      code.set(limit, least(limit))
                      code.set(right, middle)
                      mergeRuns()
                      code.set(left, limit)
                    },
                  )
                  code.set(swapped, now)
                  code.set(now, next)
                  code.set(next, swapped)
                  code.set(width, i32.shl(width, 1))
                },
              )
              code.set(at, now)
              code.set(there, addressOf(result, start, 4))
              code.for(k, { from: 0, to: length }, () => {
                code.run(i32.store(there, i32.load(at, 8)))
                code.increase(at, recordBytes)
                code.increase(there, inner * 4)
              })
            })

            function mergeRuns(): void {
              // Without a branch on what the elements are: which one is smaller cannot be foreseen.
              code.while(
                () => i32.and(i32.ltU(left, middle), i32.ltU(right, limit)),
                () => {
                  code.set(a, f64.load(left))
                  code.set(b, f64.load(right))
                  code.set(second, i32.mul(overtakes(b, a, descending), recordBytes))
                  code.run(v128.store(there, v128.load(select(second, right, left))))
                  code.set(right, i32.add(right, second))
                  code.set(left, i32.sub(i32.add(left, recordBytes), second))
                  code.increase(there, recordBytes)
                },
              )
              for (const [run, stop] of [
                [left, middle],
                [right, limit],
              ] as const) {
                code.while(
                  () => i32.ltU(run, stop),
                  () => {
                    code.run(v128.store(there, v128.load(run)))
                    code.increase(run, recordBytes)
                    code.increase(there, recordBytes)
                  },
                )
              }
            }
          }),
      },
    ],
  }
}
