import { allocate, type HostArray, type Shape, type TensorSpec, type TypedArray } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { kindOf } from '../graph/kind-of.ts'
import { type Axes, formatShape, resolveAxes, resolveAxis, sizeOf, stridesOf } from '../graph/shape.ts'
import type { MaybeTensor, Primitive, Tensor } from '../graph/tensor.ts'
import { eachRow, lastStride } from '../reference/strided.ts'
import { cast } from './cast.ts'
import { checkOptions, checkTensor, checkValue, numbersOf } from './check.ts'
import { commonDtype } from './coerce.ts'
import { defineOp, type Op } from './define.ts'
import { fullLike } from './leaves.ts'

// Cutting a piece out and padding it back are each other's transpose, so they live together.

/** Where a slice begins, ends (exclusive) and how far it strides, per axis; all within the axis. */
export interface SliceAttrs {
  readonly start: readonly number[]
  readonly stop: readonly number[]
  readonly step: readonly number[]
}

const slicePrimitive: Primitive<readonly [Tensor], SliceAttrs> = {
  name: 'slice',
  family: 'movement',
  infer: ([x], { start, stop, step }) => {
    if (start.length !== x.shape.length || stop.length !== x.shape.length || step.length !== x.shape.length) {
      throw new OpError('slice', `start, stop and step need one number per axis of ${formatShape(x.shape)}`)
    }
    const shape = x.shape.map((n, axis) => {
      const [a, b, s] = [start[axis] ?? 0, stop[axis] ?? 0, step[axis] ?? 1]
      if (![a, b, s].every(Number.isInteger) || a < 0 || b > n || a > b || s < 1) {
        throw new OpError(
          'slice',
          `${a}:${b}:${s} is no slice of axis ${axis} of ${formatShape(x.shape)}: ` +
            `needs 0 ≤ start ≤ stop ≤ ${n} and a step of at least 1`,
        )
      }
      return Math.ceil((b - a) / s)
    })
    return { shape, dtype: x.dtype }
  },
  vjp: (ct, [x], { start, step }) => [unslice(ct, x.shape, start, step)],
  jvp: ([t], _, attrs) => slice(t as Tensor, attrs),
  reference: ([x], { start, step }, output) => {
    const out = allocate(output.dtype, sizeOf(output.shape))
    const own = stridesOf(x.shape)
    const strides = own.map((s, axis) => s * step[axis]!)
    const base = start.reduce((at, first, axis) => at + first * own[axis]!, 0)
    const n = output.shape.at(-1) ?? 1
    const stride = lastStride(strides)
    eachRow(output.shape, [strides], (o, [from]) => {
      for (let i = 0; i < n; i++) out[o + i] = x.data[base + from! + i * stride]!
    })
    return out
  },
}

/**
 * The part of `x` from `start` up to `stop` by `step`, one number per axis, all in range and steps positive. People
 * usually write `x.at(…)`, which takes ranges and negative numbers.
 */
export const slice: Op<[x: Tensor, attrs: SliceAttrs]> = defineOp(slicePrimitive, (apply) => (x, attrs) => {
  checkTensor('slice', x)
  checkOptions('slice', attrs, ['start', 'stop', 'step'])
  const start = numbersOf('slice', 'start', attrs.start)
  const stop = numbersOf('slice', 'stop', attrs.stop)
  const step = numbersOf('slice', 'step', attrs.step)
  return apply([x], { start, stop, step })
})

/** The slice from `start` to `stop` along one axis. */
export function sliceAxis(x: Tensor, axis: number, start: number, stop: number): Tensor {
  return slice(x, {
    start: x.shape.map((_, a) => (a === axis ? start : 0)),
    stop: x.shape.map((n, a) => (a === axis ? stop : n)),
    step: x.shape.map(() => 1),
  })
}

/** The transpose of `slice`: `ct` laid into zeros of `shape` at the places the slice was read from. */
function unslice(ct: Tensor, shape: Shape, start: readonly number[], step: readonly number[]): Tensor {
  const span = ct.shape.map((n, axis) => (n === 0 ? 0 : (n - 1) * (step[axis] ?? 1) + 1))
  return padding(ct, {
    low: start,
    high: shape.map((n, axis) => n - (start[axis] ?? 0) - (span[axis] ?? 0)),
    interior: step.map((s) => s - 1),
    value: 0,
  })
}

/** How many elements to add before, after and between the elements of each axis, and which value. */
export interface PadAttrs {
  readonly low: readonly number[]
  readonly high: readonly number[]
  readonly interior: readonly number[]
  readonly value: number
}

const padPrimitive: Primitive<readonly [Tensor], PadAttrs> = {
  name: 'pad',
  family: 'movement',
  infer: ([x], { low, high, interior }) => {
    for (const [name, amounts] of Object.entries({ low, high, interior })) {
      if (amounts.length !== x.shape.length || !amounts.every((n) => Number.isInteger(n) && n >= 0)) {
        throw new OpError(
          'pad',
          `${name} ${formatShape(amounts)} must be one whole number of at least 0 per axis of ${formatShape(x.shape)}; slice() cuts off`,
        )
      }
    }
    const shape = x.shape.map((n, axis) => {
      const inner = n + Math.max(0, n - 1) * (interior[axis] ?? 0)
      return (low[axis] ?? 0) + inner + (high[axis] ?? 0)
    })
    return { shape, dtype: x.dtype }
  },
  vjp: (ct, [x], { low, interior }) => [unpad(ct, x.shape, low, interior)],
  jvp: ([t], _, attrs) => padding(t as Tensor, { ...attrs, value: 0 }),
  reference: ([x], attrs, output) => padded(x, attrs, output),
}

function unpad(ct: Tensor, shape: Shape, low: readonly number[], interior: readonly number[]): Tensor {
  const step = interior.map((n) => n + 1)
  const stop = shape.map((n, axis) => (low[axis] ?? 0) + (n === 0 ? 0 : (n - 1) * (step[axis] ?? 1) + 1))
  return slice(ct, { start: low, stop, step })
}

function padded(x: HostArray, { low, interior, value }: PadAttrs, output: TensorSpec): TypedArray {
  const out = allocate(output.dtype, sizeOf(output.shape)).fill(value)
  if (x.data.length === 0) return out
  const own = stridesOf(output.shape)
  const strides = own.map((s, axis) => s * (interior[axis]! + 1))
  const base = low.reduce((at, before, axis) => at + before * own[axis]!, 0)
  const n = x.shape.at(-1) ?? 1
  const stride = lastStride(strides)
  eachRow(x.shape, [strides], (from, [o]) => {
    for (let i = 0; i < n; i++) out[base + o! + i * stride] = x.data[from + i]!
  })
  return out
}

/** The primitive behind `pad`: elements before, after and between those of each axis. */
export const padding: Op<[x: Tensor, attrs: PadAttrs]> = defineOp(padPrimitive, (apply) => (x, attrs) => {
  checkTensor('pad', x)
  checkOptions('pad', attrs, ['low', 'high', 'interior', 'value'])
  const low = numbersOf('pad', 'low', attrs.low)
  const high = numbersOf('pad', 'high', attrs.high)
  const interior = numbersOf('pad', 'interior', attrs.interior)
  checkValue('pad', attrs.value, x.dtype)
  const value = x.dtype === 'bool' ? Number(attrs.value !== 0) : attrs.value
  return apply([x], { low, high, interior, value })
})

const flipPrimitive: Primitive<readonly [Tensor], { readonly axes: readonly number[] }> = {
  name: 'flip',
  family: 'movement',
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  vjp: (ct, _, { axes }) => [flip(ct, axes)],
  jvp: ([t], _, { axes }) => flip(t as Tensor, axes),
  reference: ([x], { axes }, output) => {
    const out = allocate(output.dtype, x.data.length)
    const own = stridesOf(x.shape)
    const strides = own.map((s, axis) => (axes.includes(axis) ? -s : s))
    const base = axes.reduce((at, axis) => at + (x.shape[axis]! - 1) * own[axis]!, 0)
    const n = x.shape.at(-1) ?? 1
    const stride = lastStride(strides)
    eachRow(x.shape, [strides], (o, [from]) => {
      for (let i = 0; i < n; i++) out[o + i] = x.data[base + from! + i * stride]!
    })
    return out
  },
}

/** `x` with the order of its elements reversed along `axes` (default: all). */
export const flip: Op<[x: Tensor, axes?: Axes]> = defineOp(flipPrimitive, (apply) => (x, axes) => {
  checkTensor('flip', x)
  const resolved = resolveAxes('flip', axes, x.rank)
  return resolved.length === 0 ? x : apply([x], { axes: resolved })
})

const concatPrimitive: Primitive<readonly Tensor[], { readonly axis: number }> = {
  name: 'concat',
  family: 'movement',
  infer: (inputs, { axis }) => {
    const [first] = inputs
    if (first === undefined) throw new OpError('concat', 'needs at least one tensor')
    let length = 0
    for (const x of inputs) {
      const fits =
        x.shape.length === first.shape.length && x.shape.every((n, a) => a === axis || n === first.shape[a])
      if (!fits || x.dtype !== first.dtype) {
        throw new OpError(
          'concat',
          `cannot join ${first.dtype} ${formatShape(first.shape)} and ${x.dtype} ${formatShape(x.shape)} ` +
            `along axis ${axis}: all other sizes must agree`,
        )
      }
      length += x.shape[axis] ?? 0
    }
    return { shape: first.shape.map((n, a) => (a === axis ? length : n)), dtype: first.dtype }
  },
  vjp: (ct, inputs, { axis }, _, wanted) => {
    let start = 0
    return inputs.map((x, i) => {
      const stop = start + (x.shape[axis] ?? 0)
      const piece = (wanted?.[i] ?? true) ? sliceAxis(ct, axis, start, stop) : null
      start = stop
      return piece
    })
  },
  jvp: (tangents: readonly MaybeTensor[], inputs, { axis }) =>
    concat(
      inputs.map((x, i) => tangents[i] ?? fullLike(x, 0)),
      axis,
    ),
  reference: (inputs, { axis }, output) => {
    const out = allocate(output.dtype, sizeOf(output.shape))
    const outer = sizeOf(output.shape.slice(0, axis))
    const row = sizeOf(output.shape.slice(axis))
    let at = 0
    for (const x of inputs) {
      const length = sizeOf(x.shape.slice(axis))
      for (let o = 0; o < outer; o++) out.set(x.data.subarray(o * length, (o + 1) * length), o * row + at)
      at += length
    }
    return out
  },
}

/** Joins tensors along an existing axis; all other sizes must agree. Dtypes promote. */
export const concat: Op<[tensors: readonly Tensor[], axis?: number]> = defineOp(
  concatPrimitive,
  (apply) =>
    (tensors, axis = 0) => {
      if (!Array.isArray(tensors))
        throw new OpError('concat', `expected an array of tensors, got ${kindOf(tensors)}`)
      checkTensor('concat', ...tensors)
      const [first] = tensors
      if (first === undefined) throw new OpError('concat', 'needs at least one tensor')
      const resolved = resolveAxis('concat', axis, first.rank)
      const dtype = commonDtype(tensors)
      return tensors.length === 1
        ? first
        : apply(
            tensors.map((x) => cast(x, dtype)),
            { axis: resolved },
          )
    },
)
