import { bytesPerElement, type DType } from '@samkit/core'
import type { PrimitiveKernel } from '@samkit/core/compiler'
import { f32, f64, type Int, i32, type Value, type ValueType } from '../../assembler/index.ts'
import { type Generate, phaseParameters } from '../generator.ts'
import { addressOf, eachPair, linesOf } from './lines.ts'

/** Elements of a dtype to be compared. */
interface Contest {
  readonly type: ValueType
  read(address: Int): Value
  /** Whether the candidate takes the place of the best so far, of which it is known that it is no NaN. */
  better(candidate: Value, best: Value): Value<'i32'>
  nan(x: Value): Value<'i32'> | null
}

function contestOf(dtype: DType, largest: boolean): Contest {
  switch (dtype) {
    case 'f32':
      return {
        type: 'f32',
        read: f32.load,
        // Not "at most": true for NaN too.
        better: (a, b) => i32.eqz((largest ? f32.le : f32.ge)(a as Value<'f32'>, b as Value<'f32'>)),
        nan: (x) => f32.ne(x as Value<'f32'>, x as Value<'f32'>),
      }
    case 'f64':
      return {
        type: 'f64',
        read: f64.load,
        better: (a, b) => i32.eqz((largest ? f64.le : f64.ge)(a as Value<'f64'>, b as Value<'f64'>)),
        nan: (x) => f64.ne(x as Value<'f64'>, x as Value<'f64'>),
      }
    default:
      return {
        type: 'i32',
        read: dtype === 'bool' ? i32.load8u : i32.load,
        better: (a, b) => (largest ? i32.gtS : i32.ltS)(a as Value<'i32'>, b as Value<'i32'>),
        nan: () => null,
      }
  }
}

/** The first place of the largest or smallest element of each line; of the first NaN where there is one. */
export const generateArgExtremum: Generate<PrimitiveKernel> = ({ primitive, inputs: [x], attrs, output }) => {
  const { axes } = attrs as { readonly axes: readonly number[] }
  const { dtype, shape, buffer } = x as PrimitiveKernel['output']
  const { outer, length, inner } = linesOf(shape, axes[0] ?? 0)
  const { type, read, better, nan } = contestOf(dtype, primitive.name === 'argmax')
  const bytes = bytesPerElement(dtype)
  return {
    operands: [buffer, output.buffer],
    workspaceBytes: 0,
    phases: [
      {
        key: `${primitive.name} ${dtype} ${outer} ${length} ${inner}`,
        outer: outer * inner,
        grain: 16,
        cost: 2 + length,
        emit: (module) =>
          module.function(primitive.name, phaseParameters, null, (code, table, from, to) => {
            const source = code.let(i32.load(table))
            const result = code.let(i32.load(table, 4))
            const [at, k, best, place] = [
              code.local('i32'),
              code.local('i32'),
              code.local(type),
              code.local('i32'),
            ]
            const candidate = code.local(type)
            eachPair(code, { from, to, count: inner }, (line, column, number) => {
              code.set(at, addressOf(source, i32.add(column, i32.mul(line, length * inner)), bytes))
              code.set(best, read(at))
              code.set(place, i32.const(0))
              const rest = (): void => {
                code.for(k, { from: 1, to: length }, () => {
                  code.increase(at, inner * bytes)
                  code.set(candidate, read(at))
                  code.if(better(candidate, best), () => {
                    code.set(best, candidate)
                    code.set(place, k)
                    // Nothing is better than a NaN.
                    const over = nan(best)
                    if (over !== null) code.if(over, () => code.set(k, i32.const(length)))
                  })
                })
              }
              const decided = nan(best)
              if (decided === null) rest()
              else code.if(i32.eqz(decided), rest)
              code.run(i32.store(addressOf(result, number, 4), place))
            })
          }),
      },
    ],
  }
}
