import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OpError } from '../graph/errors.ts'
import { fromOwned } from '../graph/leaf.ts'
import { Tensor } from '../graph/tensor.ts'
import { dataSync } from '../tensor/value.ts'
import { elu, gelu, leakyRelu, logSigmoid, relu, sigmoid, silu, softplus } from './activations.ts'
import { adaptiveAvgPool2d } from './adaptive-pool.ts'
import { at } from './at.ts'
import { flatten, moveAxis, squeeze, transpose, unsqueeze } from './axes.ts'
import { clip } from './clip.ts'
import { all, allClose, any, elementIsFinite, elementIsNaN, ge, gt, isClose, ne } from './compare.ts'
import { conv1d, conv2d, convTranspose2d } from './conv.ts'
import { einsum } from './einsum.ts'
import { indexSelect } from './index-select.ts'
import { chunk, splitAxis, stack } from './join.ts'
import { oneHot } from './one-hot.ts'
import { pad } from './pad.ts'
import { avgPool2d, maxPool2d } from './pool.ts'
import { exp2, log2, reciprocal, rsqrt, square } from './powers.ts'
import { prod } from './prod.ts'
import { dot, outer } from './products.ts'
import { repeatInterleave, roll, tile } from './repeat.ts'
import { ceil, floorDivide, round, trunc } from './rounding.ts'
import { logSoftmax, logSumExp, softmax } from './softmax.ts'
import { sort, topk } from './sort.ts'
import { mean, norm, std, variance } from './statistics.ts'
import { diagonal, tril, triu } from './triangle.ts'

// Each function is called with one thing wrong at a time. A call must end in one of two ways: an OpError before anything
// runs, or tensors that run.

const vector = fromOwned(Float32Array.of(1, -2), [2])
const matrix = fromOwned(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3])
const integers = fromOwned(Int32Array.of(1, 0), [2])
const line = fromOwned(new Float32Array(8).fill(1), [1, 2, 4])
const image = fromOwned(new Float32Array(18).fill(0.5), [1, 2, 3, 3])
const kernel = fromOwned(new Float32Array(8).fill(-1), [2, 2, 1, 2])
const truths = fromOwned(Uint8Array.of(1, 0), [2])
const tensors = [
  ...[vector, matrix, integers, line, image, kernel, truths],
  ...[
    fromOwned(Float32Array.of(2), []),
    fromOwned(Int32Array.of(1), []),
    fromOwned(new Float32Array(0), [3, 0]),
  ],
]

const reduction = { axis: 0, keepDims: true }
const unary = [relu, sigmoid, softplus, logSigmoid, silu, elementIsNaN, elementIsFinite]
const numeric = [square, reciprocal, rsqrt, log2, exp2, ceil, trunc, round]
const binary = [ne, gt, ge, floorDivide]
const calls: readonly (readonly [(...args: never[]) => unknown, readonly unknown[]])[] = [
  ...[...unary, ...numeric].map((f) => [f, [matrix]] as const),
  ...binary.map((f) => [f, [matrix, 2]] as const),
  ...[any, all, prod, mean, logSumExp].map((f) => [f, [matrix, reduction]] as const),
  ...[variance, std].map((f) => [f, [matrix, { ...reduction, correction: 0 }]] as const),
  ...[softmax, logSoftmax].map((f) => [f, [matrix, { axis: [0, 1] }]] as const),
  ...[tril, triu].map((f) => [f, [matrix, { diagonal: 1 }]] as const),
  ...[isClose, allClose].map((f) => [f, [matrix, 1, { rtol: 1, atol: 1, equalNaN: true }]] as const),
  [norm, [matrix, { ...reduction, ord: 1 }]],
  [leakyRelu, [matrix, { negativeSlope: 0.1 }]],
  [elu, [matrix, { alpha: 2 }]],
  [gelu, [matrix, { approximate: 'tanh' }]],
  [adaptiveAvgPool2d, [image, [2, 1]]],
  [at, [matrix, -1, [0, 2, 1]]],
  [at, [matrix, integers, null]],
  [transpose, [matrix, 0, 1]],
  [moveAxis, [matrix, 0, 1]],
  [squeeze, [line, [0]]],
  [unsqueeze, [matrix, 0]],
  [flatten, [image, { startAxis: 1, endAxis: 2 }]],
  [clip, [matrix, { min: 0, max: 1 }]],
  [conv1d, [line, line, { stride: 1, padding: [[1, 0]], dilation: [1], groups: 1, bias: null }]],
  [conv2d, [image, kernel, { stride: [2, 1], padding: 1, dilation: 1, groups: 1, bias: vector }]],
  [conv2d, [image, kernel, { padding: 'same' }]],
  [
    convTranspose2d,
    [image, kernel, { stride: 2, padding: [0, 1], outputPadding: 1, dilation: 1, groups: 1, bias: vector }],
  ],
  [einsum, ['ij,ij->j', matrix, matrix]],
  [indexSelect, [matrix, 0, integers]],
  [stack, [[matrix, matrix], 1]],
  [splitAxis, [matrix, [1, 2], { axis: 1 }]],
  [splitAxis, [matrix, 2, { axis: 1 }]],
  [chunk, [matrix, 3, { axis: -1 }]],
  [oneHot, [integers, 3, { dtype: 'f64' }]],
  [
    pad,
    [
      matrix,
      [
        [0, 1],
        [1, 2],
      ],
      { mode: 'reflect', value: 1 },
    ],
  ],
  [pad, [matrix, [[2, 1]], { mode: 'constant', value: 1 }]],
  [maxPool2d, [image, { kernelSize: 2, stride: 1, padding: [1, 0], dilation: 1 }]],
  [avgPool2d, [image, { kernelSize: 2, stride: 1, padding: 1, countIncludePad: false }]],
  [outer, [vector, vector]],
  [dot, [vector, vector]],
  [tile, [matrix, [2, 1]]],
  [repeatInterleave, [matrix, 2, { axis: 0 }]],
  [roll, [matrix, [1, 2], { axis: [0, 1] }]],
  [roll, [matrix, 1, { axis: 0 }]],
  [sort, [matrix, { axis: 0, descending: true }]],
  [topk, [matrix, 2, { axis: 0, largest: false }]],
  [diagonal, [image, { offset: 1, axis1: 2, axis2: 3 }]],
]

const junk = fc.constantFrom<unknown>(
  ...[undefined, null, true, false, 'f32', 'bool', 'ij->ji', 'i', '', {}, 10n, () => 1, new Float32Array(2)],
  ...[0, 1, 2, 3, -1, -3, 1.5, Number.NaN, Number.POSITIVE_INFINITY],
  ...[
    [],
    [0],
    [1],
    [-1],
    [1, 1],
    [2, 2],
    [1.5],
    ['1'],
    [undefined],
    [null],
    [10n],
    [{}],
    [[0]],
    [[0, 1]],
    [[-1, 0]],
  ],
  ...[{ axis: 0 }, { axes: 0 }, { keepdims: true }],
  ...tensors,
)

/** Ways to spoil an argument: another in its place, or one of its entries spoilt. */
function spoilt(value: unknown): fc.Arbitrary<unknown> {
  if (value instanceof Tensor || typeof value !== 'object' || value === null) return junk
  const entries = Object.entries(value)
  if (entries.length === 0) return junk
  const inside = fc
    .constantFrom(...entries)
    .chain(([key, entry]) =>
      spoilt(entry).map((bad) =>
        Array.isArray(value) ? value.with(Number(key), bad) : { ...value, [key]: bad },
      ),
    )
  return fc.oneof(junk, inside, inside)
}

function outcome(f: () => unknown): unknown {
  try {
    return f()
  } catch (error) {
    return error
  }
}

function show(value: unknown): string {
  if (value instanceof Tensor) return `${value.dtype} [${value.shape.join()}]`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return String(value)
  return `{ ${Object.entries(value)
    .map(([key, v]) => `${key}: ${show(v)}`)
    .join(', ')} }`
}

/** The tensors that a function gave, one or several. */
function resultsOf(made: unknown): unknown[] {
  return made instanceof Tensor ? [made] : Object.values(made as object)
}

describe.each(calls.map(([f, args]) => ({ name: f.name, f, args })))('$name', ({ name, f, args }) => {
  it('runs when nothing is wrong, with and without its options', () => {
    for (const result of resultsOf(Reflect.apply(f, undefined, args))) {
      expect(result).toBeInstanceOf(Tensor)
      expect(dataSync(result as Tensor)).toHaveLength((result as Tensor).size)
    }
  })

  it('refuses what it cannot take with an OpError, and runs the rest', () => {
    const wrong = fc.nat(args.length - 1).chain((i) => spoilt(args[i]).map((bad) => args.with(i, bad)))
    const missing = fc.nat(args.length - 1).map((length) => args.slice(0, length))
    fc.assert(
      fc.property(fc.oneof({ arbitrary: wrong, weight: 9 }, { arbitrary: missing, weight: 1 }), (given) => {
        const said = `${name}(${given.map(show).join(', ')})`
        const made = outcome(() => Reflect.apply(f, undefined, given))
        if (made instanceof OpError) {
          expect(made.message.length).toBeLessThan(400)
          expect(made.message).not.toMatch(/undefined \[|\[object|NaN has/)
          return
        }
        if (made instanceof Error) throw new Error(`building ${said}`, { cause: made })
        for (const result of resultsOf(made)) {
          expect(result, said).toBeInstanceOf(Tensor)
          const computed = outcome(() => dataSync(result as Tensor))
          const known = computed instanceof Error && /index -?\d+ is out of range/.test(computed.message)
          if (!known) expect(computed, said).toHaveLength((result as Tensor).size)
        }
      }),
    )
  })
})
