import { OpError, type Shape, sizeOf, type Tensor, uniform } from '@samkit/core'

/** How many inputs reach each output of a weight `[out, in, …]`: the fan-in of He et al., 2015. */
export function fanIn(shape: Shape): number {
  if (shape.length < 2) throw new OpError('init', `a weight needs at least 2 axes, got ${shape.length}`)
  return sizeOf(shape.slice(1))
}

/**
 * Uniform in ±1/√fanIn: PyTorch's default for `Linear` and `Conv2d`, weight and bias alike (`kaiming_uniform_` with
 * a = √5).
 */
export function torchUniform(key: Tensor, shape: Shape, fan: number): Tensor {
  const bound = fan > 0 ? 1 / Math.sqrt(fan) : 0
  return uniform(key, shape, { low: -bound, high: bound })
}
