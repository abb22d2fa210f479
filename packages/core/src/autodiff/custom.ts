import { OpError } from '../graph/errors.ts'
import type { MaybeTensor, Primitive, Tensor } from '../graph/tensor.ts'
import { mul } from '../ops/arithmetic.ts'
import { sum } from '../ops/broadcast.ts'
import { applyPrimitive } from '../ops/define.ts'
import { add } from '../ops/elementwise.ts'
import { identity } from '../ops/flow.ts'
import { fullLike } from '../ops/leaves.ts'
import { pullback } from './reverse.ts'

/** From the cotangent of the output, one cotangent per argument; null for those without a gradient. */
export type GradientRule = (ct: Tensor) => readonly MaybeTensor[]

/** Where the tangent of a value with a rule comes from: derived from the rule, or from what the value is made of. */
export type TangentSource = 'rule' | 'value'

/** Stands for its first input; its gradient goes by the rule to the others. */
const customPrimitive: Primitive<
  readonly Tensor[],
  { readonly rule: GradientRule; readonly tangent: TangentSource }
> = {
  name: 'custom',
  family: 'flow',
  infer: ([value]) => {
    if (value === undefined) throw new OpError('customGradient', 'needs a value')
    return { shape: value.shape, dtype: value.dtype }
  },
  vjp: (ct, inputs, { rule }) => {
    const parts = rule(ct)
    if (parts.length !== inputs.length - 1) {
      throw new OpError(
        'customGradient',
        `the rule gave ${parts.length} gradients for ${inputs.length - 1} arguments`,
      )
    }
    return [null, ...parts]
  },
  jvp: ([own, ...tangents], [value], { rule, tangent: source }) => {
    if (source === 'value') return own ?? fullLike(value as Tensor, 0)
    // The rule is linear in ct, so ⟨rule(ct), tangents⟩ = ⟨ct, J·tangents⟩: its gradient toward ct is the jvp.
    const ct = identity(fullLike(value as Tensor, 0))
    const parts = rule(ct)
    const products = tangents.flatMap((t, i) => {
      const part = parts[i] ?? null
      return t === null || part === null ? [] : [sum(mul(part, t))]
    })
    const total = products.reduce<Tensor | null>((a, b) => (a === null ? b : add(a, b)), null)
    if (total === null) return fullLike(value as Tensor, 0)
    const [tangent] = pullback([total], [fullLike(total, 1)], [ct])
    return tangent as Tensor
  },
  reference: ([value]) => {
    if (value === undefined) throw new OpError('customGradient', 'needs a value')
    return value.data
  },
}

/** `value`, whose gradient toward `args` is given by `rule` whatever the value was made of. */
export function withRule(
  value: Tensor,
  args: readonly Tensor[],
  rule: GradientRule,
  tangent: TangentSource = 'rule',
): Tensor {
  return applyPrimitive(customPrimitive, [value, ...args], { rule, tangent })
}

/**
 * A function with a gradient of its own: `f` gives the value and the rule that maps the cotangent of the output to
 * one cotangent per argument. The rule's own operations are differentiated for higher orders, and forward mode is
 * derived from it.
 *
 * @example
 * const clippedExp = customGradient((x) => {
 *   const value = x.exp()
 *   return { value, rule: (ct) => [ct.mul(value).clip({ max: 10 })] }
 * })
 * @throws OpError when the rule gives another number of gradients, or another shape, than the arguments have.
 */
export function customGradient<Args extends readonly Tensor[]>(
  f: (...args: Args) => { readonly value: Tensor; readonly rule: GradientRule },
): (...args: Args) => Tensor {
  return (...args) => {
    const { value, rule } = f(...args)
    return withRule(value, args, rule)
  }
}
