import { type DType, type HostArray, isFloat, type TensorSpec } from '../graph/dtype.ts'
import { type Primitive, Tensor } from '../graph/tensor.ts'
import { mapUnary } from '../reference/elementwise.ts'
import { checkDtype } from './check.ts'
import { defineOp, type Op } from './define.ts'

const castPrimitive: Primitive<readonly [Tensor], { readonly dtype: DType }> = {
  name: 'cast',
  family: 'unary',
  infer: ([x], { dtype }) => {
    checkDtype('cast', dtype)
    return { shape: x.shape, dtype }
  },
  vjp: (ct, [x]) => [isFloat(x.dtype) && isFloat(ct.dtype) ? cast(ct, x.dtype) : null],
  jvp: ([t], _, { dtype }) => cast(t as Tensor, dtype),
  reference: ([x], _, output) => convert(x, output),
}

function convert(x: HostArray, output: TensorSpec): ReturnType<typeof mapUnary> {
  if (output.dtype === 'bool') return mapUnary((v) => (v !== 0 ? 1 : 0), x, output)
  if (output.dtype === 'i32') return mapUnary(saturateToInt32, x, output)
  return mapUnary((v) => v, x, output)
}

function saturateToInt32(v: number): number {
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(v) || 0))
}

/**
 * `x` as another dtype. To `i32` it truncates toward zero and saturates at the ends of the range, NaN becoming 0;
 * to `bool`, everything but 0 is true (NaN too). Gradients flow between floating dtypes only.
 */
export const cast: Op<[x: Tensor, dtype: DType]> = defineOp(
  castPrimitive,
  (apply) => (x, dtype) => (x instanceof Tensor && x.dtype === dtype ? x : apply([x], { dtype })),
)
