import { bytesPerElement } from '@samkit/core'
import type { PrimitiveKernel } from '@samkit/core/compiler'
import { i32, type Local } from '../../assembler/index.ts'
import { reportFailure } from '../failure.ts'
import { type Generate, operand, phaseParameters } from '../generator.ts'
import { copyBytes } from './copy.ts'
import { indexingOf, isShared, placeIn } from './indexing.ts'
import { addressOf, eachPair } from './lines.ts'

/** Elements picked by index along an axis: whole rows at a time where the axes after it share the index. */
export const generateGather: Generate<PrimitiveKernel> = (kernel) => {
  const { inputs, attrs, output } = kernel
  const [x, index] = inputs as readonly [PrimitiveKernel['output'], PrimitiveKernel['output']]
  const { axis } = attrs as { readonly axis: number }
  const shapes = { small: output.shape, large: x.shape, index: index.shape }
  const { small, large, along, outer, inner, key, failure } = indexingOf(kernel, shapes, axis)
  const bytes = bytesPerElement(output.dtype)
  const rowBytes = small.inner * bytes
  return {
    operands: [x.buffer, index.buffer, output.buffer, operand.failure],
    workspaceBytes: 0,
    failure,
    phases: [
      {
        key: `gather ${bytes} ${key}`,
        outer: small.outer * small.length,
        // Whole cache lines of the result.
        grain: Math.max(1, Math.ceil(64 / rowBytes)),
        cost: isShared(inner) ? 1.2 + rowBytes / 28 : small.inner,
        emit: (module) =>
          module.function('gather', phaseParameters, null, (code, table, from, to) => {
            const [source, indices, result, words] = [0, 4, 8, 12].map((place) =>
              code.let(i32.load(table, place)),
            ) as [Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>]
            const [k, to_, from_] = [code.local('i32'), code.local('i32'), code.local('i32')]
            const column = code.local('i32')
            eachPair(code, { from, to, count: small.length }, (line, entry, row) => {
              const first = code.let(
                addressOf(indices, i32.add(placeIn(outer, line), i32.mul(entry, along)), 4),
              )
              code.set(to_, addressOf(result, row, rowBytes))
              const begin = (): void => code.set(from_, i32.add(i32.mul(line, large.length), k))
              if (isShared(inner)) {
                code.set(k, i32.load(first))
                code.if(
                  i32.ltU(k, large.length),
                  () => {
                    begin()
                    code.set(from_, addressOf(source, from_, rowBytes))
                    copyBytes(code, to_, from_, rowBytes)
                  },
                  () => reportFailure(module, code, words, i32.mul(row, small.inner), k),
                )
                return
              }
              code.for(column, { from: 0, to: small.inner }, () => {
                code.set(k, i32.load(addressOf(first, placeIn(inner, column), 4)))
                code.if(
                  i32.ltU(k, large.length),
                  () => {
                    begin()
                    code.set(from_, addressOf(source, i32.add(i32.mul(from_, small.inner), column), bytes))
                    copyBytes(code, to_, from_, bytes)
                  },
                  () => reportFailure(module, code, words, i32.add(i32.mul(row, small.inner), column), k),
                )
                code.increase(to_, bytes)
              })
            })
          }),
      },
    ],
  }
}
