import { pushforward } from '../../autodiff/forward.ts'
import { pullback } from '../../autodiff/reverse.ts'
import { type HostArray, isFloat, type TensorSpec } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Primitive, Tensor } from '../../graph/tensor.ts'
import { dataSync, realizeSync } from '../../tensor/value.ts'
import { mul } from '../arithmetic.ts'
import { sum } from '../broadcast.ts'
import { leafOf } from '../cases/use.ts'
import { hostArray } from '../cases/values.ts'
import { applyPrimitive } from '../define.ts'
import { add } from '../elementwise.ts'
import { fullLike } from '../leaves.ts'

/** Numbers between -1.5 and 1.5 in the shape of `spec`, by the generator. */
export function direction({ shape, dtype }: TensorSpec, random: () => number): HostArray {
  return hostArray(
    shape,
    dtype,
    Array.from({ length: sizeOf(shape) }, () => 3 * random() - 1.5),
  )
}

/** `x + h · t`. */
export function moved(x: HostArray, t: HostArray, h: number): HostArray {
  return hostArray(
    x.shape,
    x.dtype,
    Array.from(x.data, (value, i) => value + h * t.data[i]!),
  )
}

/** `⟨a, b⟩`. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a, (x, i) => x * b[i]!).reduce((s, x) => s + x, 0)
}

/** `⟨a, b⟩` as a graph expression. */
function inner(a: Tensor, b: Tensor): Tensor {
  return sum(mul(a, b))
}

/** A primitive at one place: its leaves, the floating ones among them, and the result. */
export interface Applied {
  readonly leaves: readonly Tensor[]
  readonly sources: readonly Tensor[]
  readonly output: Tensor
}

/** The primitive applied to new leaves. */
export function applied(primitive: Primitive, inputs: readonly HostArray[], attrs: object): Applied {
  const leaves = inputs.map(leafOf)
  return {
    leaves,
    sources: leaves.filter(({ dtype }) => isFloat(dtype)),
    output: applyPrimitive(primitive, leaves, attrs),
  }
}

/** `⟨ct, J · tangents⟩`, by the reverse rule: the scalar whose derivatives are second derivatives. */
export function reverseProjection(at: Applied, ct: Tensor, tangents: readonly Tensor[]): Tensor {
  return sumOf(pullback([at.output], [ct], at.sources).map((g, i) => inner(g, tangents[i]!)))
}

/** The same by the forward rule. */
export function forwardProjection(at: Applied, ct: Tensor, tangents: readonly Tensor[]): Tensor {
  const [pushed] = pushforward(at.sources, tangents, [at.output])
  return inner(pushed!, ct)
}

function sumOf(terms: readonly Tensor[]): Tensor {
  return terms.reduce((a, b) => add(a, b))
}

/** The gradient of a scalar, in numbers. */
export function gradientOf(scalar: Tensor, sources: readonly Tensor[]): number[][] {
  const grads = pullback([scalar], [fullLike(scalar, 1)], sources)
  realizeSync(...grads)
  return grads.map((g) => Array.from(dataSync(g)))
}

/** The derivative of a scalar in one direction, in numbers, by the forward rules. */
export function slopeOf(scalar: Tensor, sources: readonly Tensor[], tangents: readonly Tensor[]): number {
  const [slope] = pushforward(sources, tangents, [scalar])
  return dataSync(slope!)[0]!
}
