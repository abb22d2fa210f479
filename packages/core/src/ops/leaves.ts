import { allocate, type DType, isFloat, type Shape, type TensorSpec } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { checkShape, sizeOf } from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { checkDtype, checkValue, numbersOf } from './check.ts'
import { applyPrimitive, defineOp, type Op } from './define.ts'

function noInputs(): never {
  throw new OpError('constant', 'a leaf has no inputs to differentiate')
}

const constantPrimitive: Primitive<readonly [], TensorSpec & { readonly value: number }> = {
  name: 'constant',
  family: 'leaf',
  infer: (_, { shape, dtype }) => ({ shape, dtype }),
  vjp: () => [],
  jvp: noInputs,
  reference: (_, { value, shape, dtype }) => allocate(dtype, sizeOf(shape)).fill(value),
}

/**
 * One value everywhere, part of the graph's structure: a graph with another constant is another plan. What
 * changes from step to step (a learning rate) should be `tensor(value)` instead, which is an input of the plan.
 */
export const constant: Op<[value: number, shape: Shape, dtype: DType]> = defineOp(
  constantPrimitive,
  (apply) => (value, shape, dtype) => {
    checkDtype('full', dtype)
    checkValue('full', value, dtype)
    const own = checkShape('full', numbersOf('full', 'the shape', shape))
    return apply([], { value: dtype === 'bool' ? Number(value !== 0) : Number(value), shape: own, dtype })
  },
)

const iotaPrimitive: Primitive<readonly [], { readonly size: number; readonly dtype: DType }> = {
  name: 'iota',
  family: 'leaf',
  infer: (_, { size, dtype }) => {
    if (dtype === 'bool') throw new OpError('iota', "dtype 'bool' cannot count; use 'i32', 'f32' or 'f64'")
    return { shape: [size], dtype }
  },
  vjp: () => [],
  jvp: noInputs,
  reference: (_, { size, dtype }) => {
    const out = allocate(dtype, size)
    for (let i = 0; i < size; i++) out[i] = i
    return out
  },
}

/** `0, 1, …, size - 1` as a vector, shape `[size]`. */
export const iota: Op<[size: number, dtype?: DType]> = defineOp(
  iotaPrimitive,
  (apply) =>
    (size, dtype = 'i32') => {
      checkShape('iota', [size])
      checkDtype('iota', dtype)
      return apply([], { size, dtype })
    },
)

/** The value of a constant; null for everything else. */
export function constantValue({ node }: Tensor): number | null {
  const { value } = node.attrs as { readonly value?: unknown }
  return node.primitive.name === 'constant' && typeof value === 'number' ? value : null
}

/** A constant of `x`'s shape and dtype. */
export function fullLike(x: TensorSpec, value: number): Tensor {
  return constant(value, x.shape, x.dtype)
}

/** A scalar constant of `x`'s dtype, to be broadcast against it. */
export function scalarLike(x: TensorSpec, value: number): Tensor {
  return scalar(value, x.dtype)
}

const noAxes: Shape = Object.freeze([])

/** A scalar constant. The value must be one that `dtype` holds. */
export function scalar(value: number, dtype: DType): Tensor {
  return applyPrimitive(constantPrimitive, [], { value, shape: noAxes, dtype })
}

/** Refuses an input that is not `f32` or `f64`. */
export function requireFloat(op: string, x: TensorSpec): void {
  if (!isFloat(x.dtype)) throw new OpError(op, `needs f32 or f64, got ${x.dtype}; cast it first`)
}
