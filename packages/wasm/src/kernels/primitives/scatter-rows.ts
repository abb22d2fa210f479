import { bytesPerElement, type DType } from '@samkit/core'
import { i32, type Local } from '../../assembler/index.ts'
import { reportFailure } from '../failure.ts'
import { type Generated, operand, type Phase, phaseParameters } from '../generator.ts'
import { clearBytes } from './copy.ts'
import type { Indexing } from './indexing.ts'
import { addressOf, eachPair } from './lines.ts'
import { eachColumns } from './sum.ts'

/** The buffers of a scatter, and what they hold. */
export interface ScatterPlaces {
  readonly dtype: DType
  readonly updates: number
  readonly index: number
  readonly output: number
}

/**
 * Adds by an index that whole rows share: first lists for each row of the result which updates belong there, in their
 * order (a counting sort), then adds each row up by itself. The workspace holds where each list ends, then the lists.
 */
export function scatterRows(indexing: Indexing, { dtype, updates, index, output }: ScatterPlaces): Generated {
  const { small, large, key, failure } = indexing
  const listing: Phase = {
    key: `scatter-list ${small.length} ${large.length} ${small.inner}`,
    outer: 1,
    grain: 1,
    cost: large.length + 4 * small.length,
    emit: (module) =>
      module.function('scatterList', phaseParameters, null, (code, table) => {
        const [indices, ends, words] = [4, 12, 16].map((place) => code.let(i32.load(table, place))) as [
          Local<'i32'>,
          Local<'i32'>,
          Local<'i32'>,
        ]
        const [k, entry, at, total] = [
          code.local('i32'),
          code.local('i32'),
          code.local('i32'),
          code.local('i32'),
        ]
        const before = code.local('i32')
        const lists = code.let(i32.add(ends, large.length * 4))
        code.set(at, ends)
        clearBytes(code, at, large.length * 4)
        const eachIndex = (body: (end: Local<'i32'>) => void, otherwise?: () => void): void =>
          code.for(entry, { from: 0, to: small.length }, () => {
            code.set(k, i32.load(addressOf(indices, entry, 4)))
            code.if(
              i32.ltU(k, large.length),
              () => {
                code.set(at, addressOf(ends, k, 4))
                body(at)
              },
              otherwise,
            )
          })
        eachIndex(
          (end) => code.run(i32.store(end, i32.add(i32.load(end), 1))),
          () => reportFailure(module, code, words, i32.mul(entry, small.inner), k),
        )
        code.set(at, ends)
        code.for(k, { from: 0, to: large.length }, () => {
          code.set(before, total)
          code.set(total, i32.add(total, i32.load(at)))
          code.run(i32.store(at, before))
          code.increase(at, 4)
        })
        eachIndex((end) => {
          code.set(before, i32.load(end))
          code.run(i32.store(addressOf(lists, before, 4), entry))
          code.run(i32.store(end, i32.add(before, 1)))
        })
      }),
  }
  const bytes = bytesPerElement(dtype)
  const rowBytes = small.inner * bytes
  const perRow = small.length / Math.max(1, large.length)
  const adding: Phase = {
    key: `scatter-rows ${dtype} ${key}`,
    outer: large.outer * large.length,
    grain: Math.max(1, Math.ceil(64 / rowBytes)),
    cost: 4 + (rowBytes / 32) * (1 + perRow),
    emit: (module) =>
      module.function('scatterRows', phaseParameters, null, (code, table, from, to) => {
        const [source, result, ends] = [0, 8, 12].map((place) => code.let(i32.load(table, place))) as [
          Local<'i32'>,
          Local<'i32'>,
          Local<'i32'>,
        ]
        const lists = code.let(i32.add(ends, large.length * 4))
        const [first, last, listed, at] = [
          code.local('i32'),
          code.local('i32'),
          code.local('i32'),
          code.local('i32'),
        ]
        eachPair(code, { from, to, count: large.length }, (line, k, row) => {
          const there = code.let(addressOf(result, row, rowBytes))
          code.set(last, i32.load(addressOf(ends, k, 4)))
          code.set(first, i32.const(0))
          code.if(k, () => code.set(first, i32.load(addressOf(ends, i32.sub(k, 1), 4))))
          code.if(
            i32.eq(first, last),
            () => clearBytes(code, there, rowBytes),
            () => {
              const base = code.let(addressOf(source, i32.mul(line, small.length), rowBytes))
              eachColumns(code, { dtype, bytes, from: 0, to: small.inner }, (column, shares) => {
                for (const { sum, total } of shares) code.set(total, sum.zero)
                code.for(listed, { from: first, to: last }, () => {
                  const update = addressOf(base, i32.load(addressOf(lists, listed, 4)), rowBytes)
                  code.set(at, addressOf(update, column, bytes))
                  for (const { sum, total, offset } of shares)
                    code.set(total, sum.add(total, sum.read(at, offset)))
                })
                code.set(at, addressOf(there, column, bytes))
                for (const { sum, total, offset } of shares) code.run(sum.write(at, total, offset))
              })
            },
          )
        })
      }),
  }
  return {
    operands: [updates, index, output, operand.workspace, operand.failure],
    workspaceBytes: 4 * (large.length + small.length),
    phases: [listing, adding],
    failure,
  }
}
