import { type DType, isFloat, promote } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { Tensor } from '../graph/tensor.ts'
import { cast } from './cast.ts'
import type { TensorLike } from './define.ts'
import { scalar } from './leaves.ts'

/**
 * The dtype at which operands meet. Tensors promote to the widest; a bare number or boolean adapts to the tensors
 * it meets and widens them only by kind: 2.5 makes integers `f32`, 2 makes booleans `i32`.
 */
export function commonDtype(operands: readonly TensorLike[]): DType {
  let tensors: DType | null = null
  let scalars: DType = 'bool'
  for (const x of operands) {
    if (x instanceof Tensor) tensors = tensors === null ? x.dtype : promote(tensors, x.dtype)
    else if (typeof x === 'number') scalars = promote(scalars, Number.isInteger(x) ? 'i32' : 'f32')
  }
  if (tensors === null) return scalars === 'bool' ? 'bool' : 'f32'
  return isFloat(tensors) ? tensors : promote(tensors, scalars)
}

/** The common dtype of two operands in the usual case: one floating dtype, or one and a number. Null in all others. */
export function commonFloat(a: TensorLike, b: TensorLike): DType | null {
  const [x, y] = a instanceof Tensor ? [a, b] : [b, a]
  if (!(x instanceof Tensor) || !isFloat(x.dtype)) return null
  if (y instanceof Tensor) return y.dtype === x.dtype ? x.dtype : null
  return typeof y === 'number' || typeof y === 'boolean' ? x.dtype : null
}

/** `x` as a tensor of `dtype`; a number becomes a scalar constant. Errors name `op`. */
export function asTensor(x: TensorLike, dtype: DType, op: string = 'tensor'): Tensor {
  if (typeof x !== 'number' && typeof x !== 'boolean') return cast(x, dtype)
  if (dtype === 'i32' && (Number(x) | 0) !== Number(x)) {
    throw new OpError(op, `the number ${x} does not fit the other operand's i32; cast that to f64 first`)
  }
  return scalar(dtype === 'bool' ? Number(Number(x) !== 0) : Number(x), dtype)
}

/** `x` as a floating tensor: integers and booleans become `f32`. */
export function asFloat(x: TensorLike): Tensor {
  const dtype = commonDtype([x])
  return asTensor(x, isFloat(dtype) ? dtype : 'f32')
}
