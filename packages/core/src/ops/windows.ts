import { allocate, type HostArray, type Shape, type TensorSpec, type TypedArray } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { checkShape, formatShape, sizeOf, stridesOf } from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { eachRow, lastStride } from '../reference/strided.ts'
import { checkOptions, checkTensor, numbersOf } from './check.ts'
import { defineOp, type Op } from './define.ts'

// Reading overlapping windows and adding them back in place are each other's transpose, so they live together.

/** The windows laid over the last axes of a tensor: one number per such axis. */
export interface WindowAttrs {
  readonly size: readonly number[]
  readonly stride: readonly number[]
  readonly dilation: readonly number[]
}

function checkWindows(op: string, { size, stride, dilation }: WindowAttrs, rank: number): void {
  const k = size.length
  if (stride.length !== k || dilation.length !== k || k > rank) {
    throw new OpError(
      op,
      `size ${formatShape(size)}, stride ${formatShape(stride)} and dilation ${formatShape(dilation)} need one number each ` +
        `per window axis, for at most ${rank} axes`,
    )
  }
  if (![...size, ...stride, ...dilation].every((n) => Number.isInteger(n) && n >= 1)) {
    throw new OpError(
      op,
      `size ${formatShape(size)}, stride ${formatShape(stride)} and dilation ${formatShape(dilation)} must be whole numbers of at least 1`,
    )
  }
}

function windowAttrs(op: string, { size, stride, dilation }: WindowAttrs): WindowAttrs {
  return {
    size: numbersOf(op, 'size', size),
    stride: numbersOf(op, 'stride', stride),
    dilation: numbersOf(op, 'dilation', dilation),
  }
}

/** How many windows fit along each of the given axes. */
function windowCounts(op: string, lengths: Shape, { size, stride, dilation }: WindowAttrs): number[] {
  return lengths.map((length, i) => {
    const reach = ((size[i] ?? 1) - 1) * (dilation[i] ?? 1) + 1
    if (reach > length) {
      throw new OpError(
        op,
        `a window that reaches over ${reach} elements does not fit into axis ${i - lengths.length}, of size ${length}; ` +
          'pad the input or take smaller windows',
      )
    }
    return Math.floor((length - reach) / (stride[i] ?? 1)) + 1
  })
}

const windowsPrimitive: Primitive<readonly [Tensor], WindowAttrs> = {
  name: 'windows',
  family: 'movement',
  infer: ([x], attrs) => {
    checkWindows('windows', attrs, x.shape.length)
    const fixed = x.shape.slice(0, x.shape.length - attrs.size.length)
    const counts = windowCounts('windows', x.shape.slice(fixed.length), attrs)
    return { shape: [...fixed, ...counts, ...attrs.size], dtype: x.dtype }
  },
  vjp: (ct, [x], attrs) => [
    fold(ct, { ...attrs, lengths: x.shape.slice(x.shape.length - attrs.size.length) }),
  ],
  jvp: ([t], _, attrs) => windows(t as Tensor, attrs),
  reference: ([x], attrs, output) => {
    const out = allocate(output.dtype, sizeOf(output.shape))
    const strides = windowStrides(x.shape, attrs)
    const n = output.shape.at(-1) ?? 1
    const step = lastStride(strides)
    eachRow(output.shape, [strides], (o, [from]) => {
      for (let i = 0; i < n; i++) out[o + i] = x.data[from! + i * step]!
    })
    return out
  },
}

/** Strides that read an array of `shape` as its windows: window position moves by `stride`, element by `dilation`. */
function windowStrides(shape: Shape, { size, stride, dilation }: WindowAttrs): number[] {
  const own = stridesOf(shape)
  const fixed = shape.length - size.length
  const moving = own.slice(fixed)
  return [
    ...own.slice(0, fixed),
    ...moving.map((s, i) => s * stride[i]!),
    ...moving.map((s, i) => s * dilation[i]!),
  ]
}

/**
 * All windows over the last axes: `[…, L₁, L₂]` becomes `[…, O₁, O₂, K₁, K₂]`, where window `o` along an axis holds
 * the elements `o · stride + k · dilation`. Pooling is a reduction over the last axes of it.
 *
 * @throws OpError when a window does not fit.
 */
export const windows: Op<[x: Tensor, attrs: WindowAttrs]> = defineOp(
  windowsPrimitive,
  (apply) => (x, attrs) => {
    checkTensor('windows', x)
    checkOptions('windows', attrs, ['size', 'stride', 'dilation'])
    return apply([x], windowAttrs('windows', attrs))
  },
)

const foldPrimitive: Primitive<readonly [Tensor], WindowAttrs & { readonly lengths: Shape }> = {
  name: 'fold',
  family: 'movement',
  infer: ([x], { lengths, ...attrs }) => {
    if (x.dtype === 'bool') throw new OpError('fold', 'needs numbers, got bool; cast it first')
    const k = attrs.size.length
    checkWindows('fold', attrs, x.shape.length - k)
    const fixed = x.shape.slice(0, x.shape.length - 2 * k)
    const expected = [...fixed, ...windowCounts('fold', lengths, attrs), ...attrs.size]
    if (formatShape(expected) !== formatShape(x.shape)) {
      throw new OpError(
        'fold',
        `windows ${formatShape(x.shape)} do not fold to lengths ${formatShape(lengths)}: that needs ${formatShape(expected)}`,
      )
    }
    return { shape: [...fixed, ...lengths], dtype: x.dtype }
  },
  vjp: (ct, _, { size, stride, dilation }) => [windows(ct, { size, stride, dilation })],
  jvp: ([t], _, attrs) => fold(t as Tensor, attrs),
  reference: ([x], attrs, output) => folded(x, attrs, output),
}

function folded(x: HostArray, attrs: WindowAttrs, output: TensorSpec): TypedArray {
  const total = new Float64Array(sizeOf(output.shape))
  const strides = windowStrides(output.shape, attrs)
  const n = x.shape.at(-1) ?? 1
  const step = lastStride(strides)
  eachRow(x.shape, [strides], (from, [o]) => {
    for (let i = 0; i < n; i++) total[o! + i * step]! += x.data[from + i]!
  })
  const out = allocate(output.dtype, total.length)
  out.set(total)
  return out
}

/** Adds windows back into axes of the given `lengths`, summing where they overlap: the transpose of `windows`. */
export const fold: Op<[x: Tensor, attrs: WindowAttrs & { readonly lengths: Shape }]> = defineOp(
  foldPrimitive,
  (apply) => (x, attrs) => {
    checkTensor('fold', x)
    checkOptions('fold', attrs, ['size', 'stride', 'dilation', 'lengths'])
    const lengths = checkShape('fold', numbersOf('fold', 'lengths', attrs.lengths))
    return apply([x], { ...windowAttrs('fold', attrs), lengths })
  },
)
