import type { Primitive, Tensor } from '../graph/tensor.ts'
import { defineOp, noAttrs, type Op } from './define.ts'
import { fullLike } from './leaves.ts'

// Primitives that compute nothing: they shape how gradients flow and when things run.

const identityPrimitive: Primitive<readonly [Tensor], object> = {
  name: 'identity',
  family: 'flow',
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  vjp: (ct) => [ct],
  jvp: ([t]) => t as Tensor,
  reference: ([x]) => x.data,
}

/**
 * `x` under a new name: the same value, another node. Differentiating with respect to it is not differentiating with
 * respect to `x`, which keeps nested derivatives apart.
 */
export const identity: Op<[x: Tensor]> = defineOp(identityPrimitive, (apply) => (x) => apply([x], noAttrs))

const stopGradientPrimitive: Primitive<readonly [Tensor], object> = {
  name: 'stopGradient',
  family: 'flow',
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  vjp: () => [null],
  jvp: (_, __, ___, y) => fullLike(y, 0),
  reference: ([x]) => x.data,
}

/** The value of `x` as a constant: no gradient passes. */
export const stopGradient: Op<[x: Tensor]> = defineOp(
  stopGradientPrimitive,
  (apply) => (x) => apply([x], noAttrs),
)

const barrierPrimitive: Primitive<readonly [Tensor, Tensor], object> = {
  name: 'barrier',
  family: 'flow',
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  vjp: (ct) => [ct, null],
  jvp: ([t], _, __, y) => t ?? fullLike(y, 0),
  reference: ([x]) => x.data,
}

/** `x`, but not before `after` has been computed: what is recomputed from it runs late. */
export const barrier: Op<[x: Tensor, after: Tensor]> = defineOp(
  barrierPrimitive,
  (apply) => (x, after) => apply([x, after], noAttrs),
)
