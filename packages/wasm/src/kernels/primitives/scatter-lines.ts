import { bytesPerElement } from '@samkit/core'
import { f64, i32, type Local, type Value } from '../../assembler/index.ts'
import { reportFailure } from '../failure.ts'
import { type Generated, operand, phaseParameters } from '../generator.ts'
import { clearBytes } from './copy.ts'
import { type Indexing, placeIn } from './indexing.ts'
import { addressOf, eachPair } from './lines.ts'
import type { ScatterPlaces } from './scatter-rows.ts'
import { sumOf } from './sum.ts'

/** So many bytes of sums stay in a core's cache while updates are added to them. */
const cacheBytes = 2 ** 16

/**
 * Adds by an index of any form: lines along the axis one after another, some neighbours together. Where places can be
 * added to more than once, f32 is added up in scratch of f64.
 */
export function scatterLines(
  indexing: Indexing,
  { dtype, updates, index, output }: ScatterPlaces,
): Generated {
  const { small, large, along, outer, inner, key, failure } = indexing
  const bytes = bytesPerElement(dtype)
  const widened = dtype === 'f32' && small.length > 1
  const together = Math.max(
    1,
    Math.min(small.inner, Math.floor(cacheBytes / (8 * Math.max(1, large.length)))),
  )
  const columns = widened ? together : small.inner
  const blocks = Math.ceil(small.inner / columns)
  const scratchBytes = widened ? 8 * columns * large.length : 0
  return {
    operands: [updates, index, output, operand.failure, operand.private],
    workspaceBytes: 0,
    privateBytes: scratchBytes,
    failure,
    phases: [
      {
        key: `scatter-lines ${dtype} ${key}`,
        outer: small.outer * blocks,
        grain: 1,
        cost: columns * ((large.length * bytes) / 40 + 1.6 * small.length),
        emit: (module) =>
          module.function('scatterLines', phaseParameters, null, (code, table, from, to) => {
            const [source, indices, result, words, scratch] = [0, 4, 8, 12, 16].map((place) =>
              code.let(i32.load(table, place)),
            ) as [Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>, Local<'i32'>]
            const { read, add, write, type } = sumOf(dtype)
            const [k, entry, column, at] = [
              code.local('i32'),
              code.local('i32'),
              code.local('i32'),
              code.local('i32'),
            ]
            const value = code.local(type)
            eachPair(code, { from, to, count: blocks }, (line, block) => {
              const first = code.let(i32.mul(block, columns))
              const last = code.let(i32.add(first, columns))
              code.if(i32.gtS(last, small.inner), () => code.set(last, i32.const(small.inner)))
              const start = code.let(i32.add(result, i32.mul(line, large.length * small.inner * bytes)))
              code.set(at, widened ? scratch : start)
              clearBytes(code, at, widened ? scratchBytes : large.length * small.inner * bytes)
              code.for(entry, { from: 0, to: small.length }, () => {
                const row = code.let(i32.add(i32.mul(line, small.length), entry))
                const there = code.let(i32.add(placeIn(outer, line), i32.mul(entry, along)))
                code.for(column, { from: first, to: last }, () => {
                  const place = code.let(i32.add(i32.mul(row, small.inner), column))
                  code.set(k, i32.load(addressOf(indices, i32.add(there, placeIn(inner, column)), 4)))
                  code.if(
                    i32.ltU(k, large.length),
                    () => {
                      code.set(value, read(addressOf(source, place, bytes)))
                      if (widened) {
                        const own = i32.add(i32.mul(k, columns), i32.sub(column, first))
                        code.set(at, addressOf(scratch, own, 8))
                        code.run(f64.store(at, f64.add(f64.load(at), value as Value<'f64'>)))
                      } else {
                        code.set(at, addressOf(start, i32.add(i32.mul(k, small.inner), column), bytes))
                        code.run(write(at, add(read(at), value)))
                      }
                    },
                    () => reportFailure(module, code, words, place, k),
                  )
                })
              })
              if (!widened) return
              code.for(k, { from: 0, to: large.length }, () => {
                code.for(column, { from: first, to: last }, () => {
                  const own = i32.add(i32.mul(k, columns), i32.sub(column, first))
                  const there = addressOf(start, i32.add(i32.mul(k, small.inner), column), bytes)
                  code.run(write(there, f64.load(addressOf(scratch, own, 8))))
                })
              })
            })
          }),
      },
    ],
  }
}
