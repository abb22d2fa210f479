import { resolve } from '../compiler/plan.ts'
import { isFloat } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { identity } from '../ops/flow.ts'
import { fullLike } from '../ops/leaves.ts'
import { flattenTree, mapTree, unflattenTree } from '../tree/tree.ts'
import { checkScalar, pullback } from './reverse.ts'

/** A loss and its gradient, of the same structure as the parameters. */
export interface ValueAndGrad<P> {
  readonly value: Tensor
  readonly grad: P
}

/** A loss, its gradient, and what else the function returned. */
export interface ValueAndGradAux<P, Aux> extends ValueAndGrad<P> {
  readonly aux: Aux
}

/**
 * The leaves of `params` under new names, so that nested derivatives with respect to the same tensor stay apart.
 *
 * @throws OpError when a leaf is no floating-point tensor.
 */
export function variables<P>(op: string, params: P): P {
  return mapTree(params, (leaf, path) => {
    if (!isFloat(leaf.dtype)) {
      throw new OpError(
        op,
        `${path === '' ? 'the argument' : `'${path}'`} is ${leaf.dtype}: derivatives need f32 or f64; ` +
          'close over it instead of passing it',
      )
    }
    return identity(leaf)
  })
}

/** Lets a read of one of these compute all of them in one plan: they share nearly all of their work. */
export function computeTogether(tensors: readonly Tensor[]): void {
  const nodes = tensors.map((t) => resolve(t.node))
  for (const node of nodes) if (node.storage === null && node.together.length === 0) node.together = nodes
}

/**
 * A function that gives `f`'s value and its gradient with respect to the first argument, a tensor or a tree of tensors.
 * With `hasAux`, `f` returns `[loss, aux]`, and `aux` comes out beside the value.
 *
 * @throws OpError when the loss is no floating-point scalar or a parameter no floating-point tensor.
 *
 * @example
 * const { value, grad } = valueAndGrad((w: Tensor) => w.square().sum())(tensor([3, 4]))
 */
export function valueAndGrad<P = Tensor, Rest extends readonly unknown[] = []>(
  f: (params: P, ...rest: Rest) => Tensor,
): (params: P, ...rest: Rest) => ValueAndGrad<P>
export function valueAndGrad<P = Tensor, Rest extends readonly unknown[] = [], Aux = unknown>(
  f: (params: P, ...rest: Rest) => readonly [loss: Tensor, aux: Aux],
  options: { readonly hasAux: true },
): (params: P, ...rest: Rest) => ValueAndGradAux<P, Aux>
export function valueAndGrad<P, Rest extends readonly unknown[], Aux>(
  f: (params: P, ...rest: Rest) => Tensor | readonly [loss: Tensor, aux: Aux],
  { hasAux = false }: { readonly hasAux?: boolean } = {},
): (params: P, ...rest: Rest) => ValueAndGrad<P> | ValueAndGradAux<P, Aux> {
  return (params, ...rest) => {
    const inputs = variables('grad', params)
    const result = f(inputs, ...rest)
    if (Array.isArray(result) !== hasAux) {
      throw new OpError(
        'grad',
        hasAux
          ? 'with hasAux the function must return [loss, aux]'
          : 'the function returned an array; to return [loss, aux], use valueAndGrad(f, { hasAux: true })',
      )
    }
    const [loss, aux] = hasAux ? (result as readonly [Tensor, Aux]) : [result, undefined]
    const value = checkScalar('grad', loss)
    const { leaves, structure } = flattenTree(inputs)
    const grads = pullback([value], [fullLike(value, 1)], leaves)
    computeTogether([value, ...grads])
    const grad = unflattenTree(structure, grads)
    return hasAux ? { value, aux: aux as Aux, grad } : { value, grad }
  }
}

/**
 * The gradient of `f` with respect to its first argument, a tensor or a tree of tensors: a function of the same
 * arguments. Tensors that the loss does not depend on get zeros. It can be differentiated again.
 *
 * @throws OpError when the loss is no floating-point scalar or a parameter no floating-point tensor.
 *
 * @example
 * const slope = grad((x: Tensor) => x.pow(3).sum())
 * const curvature = grad((x: Tensor) => slope(x).sum())
 */
export function grad<P = Tensor, Rest extends readonly unknown[] = []>(
  f: (params: P, ...rest: Rest) => Tensor,
): (params: P, ...rest: Rest) => P {
  const both = valueAndGrad(f)
  return (params, ...rest) => both(params, ...rest).grad
}
