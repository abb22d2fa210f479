import fc from 'fast-check'
import type { RandomAttrs } from '../random.ts'
import { type Cases, cases } from './op-case.ts'
import { shapes } from './shapes.ts'
import { hostArray } from './values.ts'

const anyWord = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

/** Uses of random numbers by key and counter. */
export const randomCases: Cases = cases<RandomAttrs>(({ dtype }) =>
  fc.tuple(fc.tuple(anyWord, anyWord), anyWord, shapes(), anyWord).map(([key, stream, shape, tag]) => ({
    inputs: [hostArray([2], 'i32', key), hostArray([], 'i32', [stream])],
    attrs: { shape, dtype, tag: tag >>> 0 },
  })),
)
