import { allocate, type HostArray } from '@samkit/core'
import { formula, kernelFault, linesOf, list, mapped, type SeededFault, special } from './fault.testing.ts'

const f32 = Math.fround

/** Faults of single kernels that compute: wrong formulas, wrong special values, too little precision. */
export const kernelFaults: readonly SeededFault[] = [
  kernelFault('neg', 'sign of zero', 'neg computes 0 − x, so that −0 never comes out', (run) =>
    formula(run, (x) => 0 - x),
  ),
  kernelFault('abs', 'sign of zero', 'abs leaves −0 as it is', (run) =>
    formula(run, (x) => (x < 0 ? -x : x)),
  ),
  kernelFault('sign', 'not a number', 'sign of NaN is 0', (run) =>
    formula(run, (x) => (x > 0 ? 1 : x < 0 ? -1 : 0)),
  ),
  kernelFault('floor', 'rounding', 'floor rounds towards zero', (run) => formula(run, Math.trunc)),
  kernelFault('exp', 'precision', 'exp is off by a part in a million', (run) =>
    mapped(run, (x) => x * (1 + 2 ** -20)),
  ),
  kernelFault('log1p', 'cancellation', 'log1p computes log(1 + x) in single precision', (run) =>
    run.output.dtype === 'f32' ? formula(run, (x) => Math.log(f32(1 + x))) : undefined,
  ),
  kernelFault('expm1', 'cancellation', 'expm1 computes exp(x) − 1 in single precision', (run) =>
    run.output.dtype === 'f32' ? formula(run, (x) => f32(Math.exp(x)) - 1) : undefined,
  ),
  kernelFault('tanh', 'overflow', 'tanh divides two exponentials, NaN for large x', (run) =>
    formula(run, (x) => (Math.exp(2 * x) - 1) / (Math.exp(2 * x) + 1)),
  ),
  kernelFault('erf', 'precision', 'erf by a polynomial of seven digits', (run) =>
    formula(run, (x) => {
      const t = 1 / (1 + 0.3275911 * Math.abs(x))
      const poly =
        ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
      return Math.sign(x) * (1 - poly * Math.exp(-x * x))
    }),
  ),
  kernelFault('sin', 'range', 'sin of large numbers without an exact reduction', (run) =>
    formula(run, (x) => Math.sin(f32(x - f32(2 * Math.PI) * Math.floor(x / f32(2 * Math.PI))))),
  ),
  kernelFault('sqrt', 'precision', 'sqrt by a reciprocal root in single precision', (run) =>
    formula(run, (x) => (x > 0 && Number.isFinite(x) ? x * f32(1 / Math.sqrt(x)) : Math.sqrt(x))),
  ),
  kernelFault('pow', 'domain', 'pow by exp and log, NaN for negative bases', (run) =>
    formula(run, (a, b) => Math.exp(b! * Math.log(a!))),
  ),
  kernelFault(
    'mul',
    'denormals',
    'mul flushes denormals to zero',
    (run) =>
      run.output.dtype === 'f32' ? mapped(run, (x) => (Math.abs(x) < 2 ** -126 ? 0 * x : x)) : undefined,
    special('mul'),
  ),
  kernelFault('mul', 'integer width', 'mul of i32 by way of doubles loses the low bits', (run) =>
    run.output.dtype === 'i32' ? formula(run, (a, b) => a! * b!) : undefined,
  ),
  kernelFault('add', 'integer overflow', 'add of i32 saturates', (run) =>
    run.output.dtype === 'i32'
      ? formula(run, (a, b) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, a! + b!)))
      : undefined,
  ),
  kernelFault('remainder', 'sign', 'remainder has the sign of the dividend', (run) =>
    run.output.dtype === 'i32' ? undefined : formula(run, (a, b) => a! % b!),
  ),
  kernelFault('maximum', 'not a number', 'maximum ignores NaN', (run) =>
    formula(run, (a, b) => (Number.isNaN(a) ? b! : Number.isNaN(b) ? a! : Math.max(a!, b!))),
  ),
  kernelFault(
    'minimum',
    'sign of zero',
    'minimum of 0 and −0 is the first',
    (run) => formula(run, (a, b) => (Math.min(a!, b!) === 0 ? a! + 0 * b! : Math.min(a!, b!))),
    special('minimum'),
  ),
  kernelFault('eq', 'not a number', 'eq compares bits, so that NaN equals NaN', (run) =>
    formula(run, (a, b) => Number(Object.is(a, b))),
  ),
  kernelFault('lt', 'wrong tie', 'lt is true of equal numbers', (run) =>
    formula(run, (a, b) => Number(a! <= b!)),
  ),
  kernelFault('or', 'wrong formula', 'or of two truths is false', (run) => formula(run, (a, b) => a! ^ b!)),
  kernelFault('where', 'not a number', 'where selects by arithmetic, which lets NaN through', (run) =>
    formula(run, (c, a, b) => c! * a! + (1 - c!) * b!),
  ),
  kernelFault('cast', 'rounding', 'a cast to i32 rounds to the nearest', (run) =>
    run.output.dtype === 'i32' && run.inputs[0]?.dtype !== 'bool'
      ? formula(run, (x) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.round(x) || 0)))
      : undefined,
  ),
  kernelFault('cast', 'overflow', 'a cast to i32 wraps what is out of range', (run) =>
    run.output.dtype === 'i32' ? formula(run, (x) => x | 0) : undefined,
  ),
  kernelFault(
    'cast',
    'not a number',
    'a cast of NaN to i32 gives the least integer',
    (run) =>
      run.output.dtype === 'i32'
        ? formula(run, (x) => (Number.isNaN(x) ? -(2 ** 31) : saturated(x)))
        : undefined,
    special('cast'),
  ),
  kernelFault('iota', 'off by one', 'iota counts from 1', (run) => mapped(run, (x) => x + 1)),
  kernelFault('random', 'wrong order', 'random draws the lanes of a block backwards', (run) =>
    mapped(run, (x, i) => run.right()[i - (i % 2) + (1 - (i % 2))] ?? x),
  ),
  kernelFault('max', 'not a number', 'max ignores NaN', (run) => {
    const calm = run.inputs.map(
      (input): HostArray => ({
        ...input,
        data: input.data.map((x) => (Number.isNaN(x) ? Number.NEGATIVE_INFINITY : x)),
      }),
    )
    return run.output.dtype === 'i32' ? undefined : run.right(calm)
  }),
  kernelFault('argmax', 'wrong tie', 'argmax gives the last of equal elements', (run) =>
    positionOf(run, (a, b) => a >= b),
  ),
  kernelFault('argmin', 'not a number', 'argmin passes over NaN', (run) => positionOf(run, (a, b) => a < b)),
  kernelFault('argsort', 'wrong tie', 'argsort descending turns ties around', (run) => {
    const { axis, descending } = run.attrs
    if (descending !== true) return undefined
    const ascending = run.right(undefined, { axis, descending: false })
    const out = ascending.slice()
    for (const line of linesOf(run.output.shape, Number(axis))) {
      line.forEach((place, k) => {
        out[place] = ascending[line[line.length - 1 - k]!]!
      })
    }
    return out
  }),
  kernelFault(
    'sum',
    'accumulation',
    'sum adds f32 one after another in f32',
    (run) => {
      if (run.output.dtype !== 'f32' || run.output.shape.length > 0) return undefined
      const out = allocate('f32', 1)
      for (const x of run.inputs[0]!.data) out[0]! += x
      return out
    },
    { section: 'sizes', title: 'sums of many terms' },
  ),
  kernelFault(
    'matmul',
    'accumulation',
    'matmul adds products of f32 in f32',
    (run) => {
      const [a, b] = run.inputs
      if (run.output.dtype !== 'f32' || a!.shape.length !== 2) return undefined
      const [rows = 0, inner = 0] = a!.shape
      const columns = b!.shape[1]!
      const out = allocate('f32', rows * columns)
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          for (let k = 0; k < inner; k++)
            out[i * columns + j]! += f32(a!.data[i * inner + k]! * b!.data[k * columns + j]!)
        }
      }
      return out
    },
    { section: 'sizes', title: 'products of 5000 terms' },
  ),
  kernelFault(
    'sum',
    'loop length',
    'sum stops after 1000 terms',
    (run) => {
      const [x] = run.inputs
      if (run.output.shape.length > 0 || x!.shape.length !== 1) return undefined
      return run.right([{ ...x!, data: x!.data.map((value, i) => (i < 1000 ? value : 0)) }])
    },
    { section: 'sizes', title: 'axes of 1001' },
  ),
  kernelFault(
    'mul',
    'large sizes',
    'mul leaves elements beyond 2¹⁶ alone',
    (run) => mapped(run, (x, i) => (i < 2 ** 16 ? x : 0)),
    { section: 'sizes', title: 'many elements' },
  ),
  kernelFault('add', 'remainder loop', 'add in groups of four forgets the last, incomplete one', (run) =>
    mapped(run, (x, i) => (i < run.right().length - (run.right().length % 4) ? x : 0)),
  ),
  kernelFault(
    'sum',
    'empty',
    'a sum of no terms is NaN',
    (run) => {
      const { output, inputs } = run
      if (inputs[0]!.data.length > 0 || output.dtype === 'i32') return undefined
      return run.right().map(() => Number.NaN)
    },
    { section: 'sizes', title: 'axes of size 0' },
  ),
]

function saturated(x: number): number {
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)))
}

function positionOf(
  { inputs, attrs, output, right }: Parameters<typeof mapped>[0],
  beats: (a: number, b: number) => boolean,
) {
  const [x] = inputs
  const out = right().slice()
  if (output.shape.length === x!.shape.length && attrs.keepDims !== true) return out
  linesOf(x!.shape, list(attrs.axes)[0]!).forEach((line, o) => {
    let best = 0
    line.forEach((place, k) => {
      if (k > 0 && beats(x!.data[place]!, x!.data[line[best]!]!)) best = k
    })
    out[o] = best
  })
  return out
}
