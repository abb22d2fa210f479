import type { Shape } from '../../graph/dtype.ts'
import type { Access } from './access.ts'
import { type Cuts, cutsOf, joinedCuts, sizesOf, strideList } from './cuts.ts'
import { type ConvAxis, type ConvKernel, countOf, type MatmulKernel } from './kernel.ts'
import { aligned, digit, type Factor, type View } from './view.ts'
import type { Value } from './work.ts'

/** A value seen through a view: an operand, or where the result goes. */
export interface Operand {
  readonly value: number
  readonly view: View
}

/** What a matrix product is computed from; shapes as the primitive has them. */
export interface Matmul {
  readonly dtype: Value['dtype']
  readonly aShape: Shape
  readonly bShape: Shape
  readonly a: Operand
  readonly b: Operand
  readonly out: Operand
}

const strideOf = ({ stride }: Factor): number => stride

/** The digits of `[batch, rows, columns]`, where rows and columns move by one stride each; null where they do not. */
function matrix({ view }: Operand, sizes: Shape): readonly [Factor[], Factor[], Factor[]] | null {
  if (view.bounds.length > 0) return null
  const groups = aligned(view.factors, sizes)
  const [batch, rows, columns] = groups ?? []
  if (batch === undefined || rows === undefined || columns === undefined) return null
  return rows.length > 1 || columns.length > 1 ? null : [batch, rows, columns]
}

/**
 * A matrix product on operands where they lie, or null where some axis has no single stride. Batch axes that leave `b`
 * where it is count as rows where memory allows; a result that is to lie transposed comes from transposed operands.
 */
export function matmulKernel({ dtype, aShape, bShape, a, b, out }: Matmul): MatmulKernel | null {
  const rank = aShape.length
  const batch = countOf(aShape.slice(0, -2))
  const [m = 1, k = 1, n = 1] = [aShape[rank - 2], aShape[rank - 1], bShape[rank - 1]]
  const flat = batch > 1 ? product(dtype, [1, batch * m, k, n], a, unbatched(b, batch, k * n), out) : null
  return flat ?? product(dtype, [batch, m, k, n], a, b, out)
}

/** The operand without its batch axes, if it is the same for all of them. */
function unbatched({ value, view }: Operand, batch: number, size: number): Operand | null {
  const [outer, inner] = aligned(view.factors, [batch, size]) ?? []
  if (outer === undefined || inner === undefined || outer.some(({ stride }) => stride !== 0)) return null
  return { value, view: { ...view, factors: inner } }
}

function product(
  dtype: Value['dtype'],
  [batch, m, k, n]: readonly [number, number, number, number],
  a: Operand,
  b: Operand | null,
  out: Operand,
): MatmulKernel | null {
  if (b === null) return null
  const left = matrix(a, [batch, m, k])
  const right = matrix(b, [batch, k, n])
  const result = matrix(out, [batch, m, n])
  if (left === null || right === null || result === null) return null
  let cuts: Cuts | null = []
  for (const [factors] of [left, right, result]) cuts &&= joinedCuts(cuts, cutsOf(factors))
  if (cuts === null) return null
  const axes = sizesOf(batch, cuts)
  const access = ({ value, view }: Operand, [outer, rows, columns]: readonly Factor[][]): Access => {
    const groups = [...(aligned(outer ?? [], axes) ?? []), rows ?? [], columns ?? []]
    return { buffer: value, offset: view.offset, strides: strideList(groups, strideOf) }
  }
  const kernel: MatmulKernel = {
    kind: 'matmul',
    dtype,
    batch: axes,
    m,
    k,
    n,
    a: access(a, left),
    b: access(b, right),
    out: access(out, result),
  }
  const [rowStride = 0, columnStride = 0] = kernel.out.strides.slice(-2)
  return columnStride !== 1 && rowStride === 1 && n > 1 ? transposed(kernel) : kernel
}

/** `(a b)ᵀ = bᵀ aᵀ`, so that rows of the result lie together. */
function transposed(kernel: MatmulKernel): MatmulKernel {
  const swap = (access: Access): Access => {
    const [rows = 0, columns = 0] = access.strides.slice(-2)
    return { ...access, strides: [...access.strides.slice(0, -2), columns, rows] }
  }
  const { m, n, a, b, out } = kernel
  return { ...kernel, m: n, n: m, a: swap(b), b: swap(a), out: swap(out) }
}

/** What a convolution is computed from; shapes and attributes as the primitive has them. */
export interface Conv {
  readonly dtype: Value['dtype']
  readonly xShape: Shape
  readonly wShape: Shape
  readonly outShape: Shape
  readonly attrs: {
    readonly stride: readonly number[]
    readonly padding: readonly (readonly [number, number])[]
    readonly dilation: readonly number[]
    readonly inputDilation: readonly number[]
    readonly groups: number
  }
  readonly x: Operand
  readonly w: Operand
  readonly out: Operand
}

/** The convolution of what was padded with zeros, as one with more padding of its own; null where it is none. */
function withoutPadding(conv: Conv): Conv | null {
  const { x, xShape, attrs } = conv
  const { view } = x
  const groups = view.bounds.length === 0 || view.fill !== 0 ? null : aligned(view.factors, xShape)
  if (groups === null || groups.some((group) => group.length > 1)) return null
  let offset = view.offset
  const shape = [...xShape]
  const padding = attrs.padding.map(([low, high]): [number, number] => [low, high])
  for (const [i, bound] of view.bounds.entries()) {
    const axes = groups.flatMap(([factor], axis) => ((factor?.bounds[i] ?? 0) === 0 ? [] : [axis]))
    const [axis = -1] = axes
    const [factor] = groups[axis] ?? []
    const pair = padding[axis - 2]
    const isPlain = axes.length === 1 && factor?.bounds[i] === 1 && shape[axis] === factor.size
    if (!isPlain || pair === undefined || bound.offset > 0 || attrs.inputDilation[axis - 2] !== 1) return null
    offset -= bound.offset * factor.stride
    pair[0] -= bound.offset
    pair[1] += factor.size + bound.offset - bound.size
    shape[axis] = bound.size
  }
  const factors = groups.flatMap(([factor], axis) => digit(shape[axis] ?? 1, factor?.stride ?? 0, []))
  const inner = { value: x.value, view: { offset, factors, bounds: [], fill: 0 } }
  return { ...conv, x: inner, xShape: shape, attrs: { ...attrs, padding } }
}

/** A convolution on operands where they lie, or null where some axis has no single stride. */
export function convKernel(conv: Conv): ConvKernel | null {
  const { dtype, xShape, wShape, outShape, attrs, x, w, out } = withoutPadding(conv) ?? conv
  const access = ({ value, view }: Operand, shape: Shape): Access | null => {
    const groups = view.bounds.length > 0 ? null : aligned(view.factors, shape)
    if (groups === null || groups.some((group) => group.length > 1)) return null
    return { buffer: value, offset: view.offset, strides: strideList(groups, strideOf) }
  }
  const [input, kernel, output] = [access(x, xShape), access(w, wShape), access(out, outShape)]
  if (input === null || kernel === null || output === null) return null
  const { stride, padding, dilation, inputDilation, groups } = attrs
  const axes = stride.map(
    (by, i): ConvAxis => ({
      input: xShape[i + 2] ?? 1,
      kernel: wShape[i + 2] ?? 1,
      output: outShape[i + 2] ?? 1,
      stride: by,
      low: padding[i]?.[0] ?? 0,
      dilation: dilation[i] ?? 1,
      inputDilation: inputDilation[i] ?? 1,
    }),
  )
  const [n = 1, channels = 1] = outShape
  return {
    kind: 'conv',
    dtype,
    n,
    c: wShape[1] ?? 1,
    o: channels / groups,
    groups,
    axes,
    x: input,
    w: kernel,
    out: output,
  }
}
