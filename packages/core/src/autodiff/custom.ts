import { OpError } from '../graph/errors.ts'
import { kindOf } from '../graph/kind-of.ts'
import { formatSpec, sameShape } from '../graph/shape.ts'
import { type MaybeTensor, type Primitive, Tensor } from '../graph/tensor.ts'
import { mul } from '../ops/arithmetic.ts'
import { sum } from '../ops/broadcast.ts'
import { applyPrimitive } from '../ops/define.ts'
import { add } from '../ops/elementwise.ts'
import { identity } from '../ops/flow.ts'
import { fullLike } from '../ops/leaves.ts'
import { pullback } from './reverse.ts'

/** From the cotangent of the output, one cotangent per argument; null for those without a gradient. */
export type GradientRule = (ct: Tensor) => readonly MaybeTensor[]

/** A gradient rule that is told the arguments: a checkpoint around it computes them again and hands it the new ones. */
type RuleOfArguments = (ct: Tensor, args: readonly Tensor[]) => readonly MaybeTensor[]

/** Where the tangent of a value with a rule comes from: derived from the rule, or from what the value is made of. */
export type TangentSource = 'rule' | 'value'

/** Stands for its first input; its gradient goes by the rule to the others. */
const customPrimitive: Primitive<
  readonly Tensor[],
  { readonly rule: RuleOfArguments; readonly tangent: TangentSource }
> = {
  name: 'custom',
  family: 'flow',
  infer: ([value]) => {
    if (value === undefined) throw new OpError('customGradient', 'needs a value')
    return { shape: value.shape, dtype: value.dtype }
  },
  vjp: (ct, [, ...args], { rule }) => [null, ...checkParts(rule(ct, args), args)],
  jvp: ([own, ...tangents], [value, ...args], { rule, tangent: source }) => {
    if (source === 'value') return own ?? fullLike(value as Tensor, 0)
    // The rule is linear in ct, so ⟨rule(ct), tangents⟩ = ⟨ct, J·tangents⟩: its gradient toward ct is the jvp.
    const ct = identity(fullLike(value as Tensor, 0))
    const parts = checkParts(rule(ct, args), args)
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

function checkParts(parts: readonly MaybeTensor[], args: readonly Tensor[]): readonly MaybeTensor[] {
  if (!Array.isArray(parts) || parts.length !== args.length) {
    const given = Array.isArray(parts) ? `${parts.length} gradients` : kindOf(parts)
    throw new OpError(
      'customGradient',
      `the rule gave ${given} for ${args.length} arguments; it must give an array with one for each`,
    )
  }
  args.forEach((arg, i) => {
    const part: unknown = parts[i]
    if (part === null) return
    if (part instanceof Tensor && sameShape(part.shape, arg.shape) && part.dtype === arg.dtype) return
    const given = part instanceof Tensor ? formatSpec(part) : kindOf(part)
    throw new OpError(
      'customGradient',
      `the rule gave ${given} for argument ${i}, which is ${formatSpec(arg)}; ` +
        'a gradient has the shape and dtype of its argument, or is null for none',
    )
  })
  return parts
}

/** `value`, whose gradient toward `args` is given by `rule` whatever the value was made of. */
export function withRule(
  value: Tensor,
  args: readonly Tensor[],
  rule: RuleOfArguments,
  tangent: TangentSource = 'rule',
): Tensor {
  return applyPrimitive(customPrimitive, [value, ...args], { rule, tangent })
}

/**
 * A function with a gradient of its own: `f` gives the value and the rule that maps the cotangent of the output to
 * one cotangent per argument. The rule's own operations are differentiated for higher orders. Forward mode is derived
 * from the rule too, taking it as linear in the cotangent; of a rule that is not, it uses the slope at 0.
 *
 * @example
 * const log1pExp = customGradient((x) => {
 *   const value = maximum(x, 0).add(x.abs().neg().exp().log1p())
 *   return { value, rule: (ct) => [ct.mul(x.sigmoid())] }
 * })
 * @throws OpError when the rule gives another number of gradients, or another shape, than the arguments have.
 */
export function customGradient<Args extends readonly Tensor[]>(
  f: (...args: Args) => { readonly value: Tensor; readonly rule: GradientRule },
): (...args: Args) => Tensor {
  return (...args) => {
    const { value, rule } = f(...args)
    return withRule(value, args, (ct, now) => {
      const asGiven = now.every((arg, i) => arg.node === args[i]?.node)
      return (asGiven ? rule : f(...(now as Args)).rule)(ct)
    })
  }
}
