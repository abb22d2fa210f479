import fc from 'fast-check'
import { type DType, dtypes, type HostArray, type TensorSpec } from '../../graph/dtype.ts'
import { OpError } from '../../graph/errors.ts'
import { fromOwned } from '../../graph/leaf.ts'
import type { Primitive, Tensor } from '../../graph/tensor.ts'
import { casesOf } from './cases-of.ts'

/** A leaf over an array of the host. */
export function leafOf({ data, shape, dtype }: HostArray): Tensor {
  return fromOwned(data.slice(), shape, dtype)
}

/** The shape and dtype that the primitive's rule gives for these inputs. */
export function specOf(primitive: Primitive, inputs: readonly HostArray[], attrs: object): TensorSpec {
  return primitive.infer(inputs.map(leafOf), attrs)
}

/** The dtypes of the main operand that the primitive's shape rule lets pass. */
export function acceptedDtypes(primitive: Primitive): DType[] {
  return dtypes.filter((dtype) => {
    const drawn = fc.sample(casesOf(primitive)({ dtype, smooth: false }), { numRuns: 4, seed: 1 })
    return drawn.every(({ inputs, attrs }) => {
      try {
        specOf(primitive, inputs, attrs)
        return true
      } catch (error) {
        if (error instanceof OpError) return false
        throw error
      }
    })
  })
}
