import { isFloat } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { Tensor } from '../graph/tensor.ts'
import { cast } from '../ops/cast.ts'
import { eq } from '../ops/compare.ts'
import { iota, scalarLike } from '../ops/leaves.ts'
import { permute, reshape } from '../ops/reshape.ts'
import { concat } from '../ops/slice.ts'
import { pushforward } from './forward.ts'
import { grad, variables } from './grad.ts'
import { pullback } from './reverse.ts'

/** The unit vectors of the space that `like` lives in. */
function unitVectors(like: Tensor): Tensor[] {
  const index = iota(like.size)
  return Array.from({ length: like.size }, (_, i) =>
    reshape(cast(eq(index, scalarLike(index, i)), like.dtype), like.shape),
  )
}

function stackRows(rows: readonly Tensor[], width: number): Tensor {
  return concat(rows.map((row) => reshape(row, [1, width])))
}

/**
 * All first derivatives of a function of one tensor: shape `[...output, ...input]`, entry `[i, j]` being
 * `∂output[i] / ∂input[j]`. Takes one reverse pass per output element or one forward pass per input element, whichever
 * is fewer.
 *
 * @throws OpError when input or output is no floating-point tensor, or has no elements.
 */
export function jacobian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    if (!(x instanceof Tensor))
      throw new OpError('jacobian', 'differentiates toward one tensor; use vjp for trees')
    const input = variables('jacobian', x)
    const output = f(input)
    if (!(output instanceof Tensor) || !isFloat(output.dtype)) {
      const given = output instanceof Tensor ? `an ${output.dtype} tensor` : typeof output
      throw new OpError('jacobian', `the function must return one tensor in f32 or f64, got ${given}`)
    }
    if (input.size === 0 || output.size === 0)
      throw new OpError('jacobian', 'needs at least one input and output element')
    const shape = [...output.shape, ...input.shape]
    const rows =
      output.size <= input.size
        ? unitVectors(output).map((ct) => pullback([output], [ct], [input])[0] as Tensor)
        : unitVectors(input).map((t) => pushforward([input], [t], [output])[0] as Tensor)
    const matrix = stackRows(rows, Math.max(input.size, output.size))
    return reshape(output.size <= input.size ? matrix : permute(matrix, [1, 0]), shape)
  }
}

/**
 * All second derivatives of a scalar function of one tensor: shape `[...input, ...input]`.
 *
 * @throws OpError when the function is not scalar or the input has no elements.
 */
export function hessian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return jacobian(grad(f))
}
