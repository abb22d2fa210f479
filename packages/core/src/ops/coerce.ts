import { type DType, isFloat, promote } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { Tensor } from '../graph/tensor.ts'
import { cast } from './cast.ts'
import type { TensorLike } from './define.ts'
import { constant } from './leaves.ts'

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

/** `x` as a tensor of `dtype`; a number becomes a scalar constant. Errors name `op`. */
export function asTensor(x: TensorLike, dtype: DType, op: string = 'tensor'): Tensor {
  if (typeof x !== 'number' && typeof x !== 'boolean') return cast(x, dtype)
  if (dtype === 'i32' && (Number(x) | 0) !== Number(x)) {
    throw new OpError(op, `the number ${x} does not fit the other operand's i32; cast that to f64 first`)
  }
  return constant(Number(x), [], dtype)
}

/** `x` as a floating tensor: integers and booleans become `f32`. */
export function asFloat(x: TensorLike): Tensor {
  const dtype = commonDtype([x])
  return asTensor(x, isFloat(dtype) ? dtype : 'f32')
}
