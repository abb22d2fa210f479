import type { Tensor } from '../graph/tensor.ts'
import { flattenTree, treeLeaves, unflattenTree } from '../tree/tree.ts'
import { matchingLeaves } from '../tree/zip.ts'
import { pushforward } from './forward.ts'
import { computeTogether, grad, variables } from './grad.ts'
import { pullback } from './reverse.ts'

/** The value of a function and the map that takes cotangents of it back to the arguments. */
export interface Vjp<P, Out> {
  readonly value: Out
  /** `Jᵀ · ct`: from a cotangent of the value's structure, one of the arguments' structure. */
  pullback(ct: Out): P
}

/**
 * Reverse mode: the value of `f` at `primals` and the map `ct ↦ Jᵀ · ct`. Arguments and results may be trees.
 *
 * @throws OpError when an argument is no floating-point tensor; from `pullback`, when `ct` has another
 * structure, or another shape or dtype somewhere, than the value.
 */
export function vjp<P, Out>(f: (primals: P) => Out, primals: P): Vjp<P, Out> {
  const inputs = variables('vjp', primals)
  const value = f(inputs)
  const { leaves, structure } = flattenTree(inputs)
  const outputs = treeLeaves(value).map(({ tensor }) => tensor)
  return {
    value,
    pullback: (ct) => {
      const cotangents = matchingLeaves({ op: 'vjp', a: 'the value', b: 'the cotangent' }, value, ct)
      const grads = pullback(outputs, cotangents, leaves)
      computeTogether(grads)
      return unflattenTree(structure, grads)
    },
  }
}

/** The value of a function and its directional derivative. */
export interface Jvp<Out> {
  readonly value: Out
  /** `J · tangents`, of the value's structure. */
  readonly tangent: Out
}

/**
 * Forward mode: the value of `f` at `primals` and its derivative `J · tangents` in one direction. Arguments and
 * results may be trees. Costs about one more evaluation of `f`, whatever the number of parameters.
 *
 * @throws OpError when an argument is no floating-point tensor, or the tangents have another structure, or
 * another shape or dtype somewhere, than the primals.
 */
export function jvp<P, Out>(f: (primals: P) => Out, primals: P, tangents: P): Jvp<Out> {
  const inputs = variables('jvp', primals)
  const directions = matchingLeaves({ op: 'jvp', a: 'the argument', b: 'the tangent' }, inputs, tangents)
  const value = f(inputs)
  const { leaves, structure } = flattenTree(value)
  const sources = treeLeaves(inputs).map(({ tensor }) => tensor)
  const pushed = pushforward(sources, directions, leaves)
  computeTogether([...leaves, ...pushed])
  return { value, tangent: unflattenTree(structure, pushed) }
}

/**
 * The Hessian of a scalar function times a vector, `∇²f(params) · v`, without forming the Hessian: the directional
 * derivative of the gradient (Pearlmutter, 1994). Costs about two gradients.
 *
 * @throws OpError when `v` has another structure or other shapes than `params`.
 */
export function hvp<P>(f: (params: P) => Tensor, params: P, v: P): P {
  return jvp(grad(f), params, v).tangent
}
