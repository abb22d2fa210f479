import { bytesPerElement } from '@samkit/core'
import type { PrimitiveKernel } from '@samkit/core/compiler'
import { i32 } from '../../assembler/index.ts'
import { type Generate, phaseParameters } from '../generator.ts'
import { addressOf, eachPair, linesOf } from './lines.ts'
import { eachColumns } from './sum.ts'

/** Columns that an iteration takes along: enough to use whole cache lines, few enough to split. */
const columns = 64

/** Running sums along an axis. */
export const generateCumsum: Generate<PrimitiveKernel> = ({ inputs: [x], attrs, output }) => {
  const { axis, reverse } = attrs as { readonly axis: number; readonly reverse: boolean }
  const { dtype } = output
  const { outer, length, inner } = linesOf(output.shape, axis)
  const bytes = bytesPerElement(dtype)
  const blocks = Math.ceil(inner / columns)
  const step = inner * bytes * (reverse ? -1 : 1)
  return {
    operands: [x?.buffer ?? -1, output.buffer],
    workspaceBytes: 0,
    phases: [
      {
        key: `cumsum ${dtype} ${outer} ${length} ${inner} ${reverse}`,
        outer: outer * blocks,
        grain: 1,
        cost: 1 + length * (inner === 1 ? 1 : Math.min(inner, columns) / 4),
        emit: (module) =>
          module.function('cumsum', phaseParameters, null, (code, table, from, to) => {
            const source = code.let(i32.load(table))
            const result = code.let(i32.load(table, 4))
            const left = code.local('i32')
            const at = code.local('i32')
            const there = code.local('i32')
            eachPair(code, { from, to, count: blocks }, (line, block) => {
              const first = code.let(i32.mul(block, columns))
              const most = code.let(i32.add(first, columns))
              code.if(i32.gtS(most, inner), () => code.set(most, i32.const(inner)))
              eachColumns(code, { dtype, bytes, from: first, to: most }, (column, shares) => {
                const start = i32.add(column, i32.mul(line, length * inner))
                const offset = code.let(addressOf(reverse ? (length - 1) * inner * bytes : 0, start, bytes))
                code.set(at, i32.add(source, offset))
                code.set(there, i32.add(result, offset))
                for (const { sum, total } of shares) code.set(total, sum.zero)
                code.for(left, { from: 0, to: length }, () => {
                  for (const { sum, total, offset: by } of shares) {
                    code.set(total, sum.add(total, sum.read(at, by)))
                    code.run(sum.write(there, total, by))
                  }
                  code.increase(at, step)
                  code.increase(there, step)
                })
              })
            })
          }),
      },
    ],
  }
}
