import { isFloat } from '../../graph/dtype.ts'
import { div, mul, sub } from '../../ops/arithmetic.ts'
import { add } from '../../ops/elementwise.ts'
import { pow } from '../../ops/transcendental.ts'
import type { ValueId } from '../plan.ts'
import { constantOf, constantValue, held } from './constants.ts'
import type { Application, Draft, Rule } from './rule.ts'
import { expanded } from './views.ts'

/** Operands that change nothing: `x · 1`, `x / 1`, `x + -0`, `x - 0`, and `x + 0` for integers (-0 + 0 is 0). */
export const dropNeutral: Rule = {
  name: 'drop neutral operands',
  on: [mul, div, add, sub].map((op) => op.primitive),
  keeps: 'exact',
  rewrite: ({ primitive, inputs: [a = -1, b = -1], spec }, draft) => {
    const drops = (c: number | null): boolean => {
      if (c === null) return false
      if (primitive === mul.primitive || primitive === div.primitive) return c === 1
      if (!isFloat(spec.dtype)) return c === 0
      return Object.is(c, primitive === add.primitive ? -0 : 0)
    }
    if (drops(constantOf(draft, b))) return expanded(draft, a, spec.shape)
    const commutes = primitive === mul.primitive || primitive === add.primitive
    return commutes && drops(constantOf(draft, a)) ? expanded(draft, b, spec.shape) : null
  },
}

const apply = (
  draft: Draft,
  { primitive }: { readonly primitive: Application['primitive'] },
  inputs: readonly ValueId[],
  spec: Application['spec'],
): ValueId => draft.add({ primitive, attrs: {}, inputs, spec })

/** Division by a power of two as a product: 2ⁿ and 2⁻ⁿ only move the exponent, and both results round alike. */
export const divideByPowerOfTwo: Rule = {
  name: 'multiply by 1/2ⁿ',
  on: [div.primitive],
  keeps: 'exact',
  rewrite: ({ inputs: [a = -1, b = -1], spec }, draft) => {
    const divisor = constantOf(draft, b)
    if (divisor === null || !Number.isInteger(Math.log2(Math.abs(divisor)))) return null
    const factor = 1 / divisor
    if (2 ** Math.log2(Math.abs(divisor)) !== Math.abs(divisor) || held(factor, spec) * divisor !== 1)
      return null
    const scalar = constantValue(draft, factor, { shape: draft.spec(b).shape, dtype: spec.dtype })
    return apply(draft, mul, [a, scalar], spec)
  },
}

/** Powers that are products: `x¹` and `x²`. The product is rounded right, where `pow` may be 1 unit off. */
export const expandPowers: Rule = {
  name: 'small powers as products',
  on: [pow.primitive],
  keeps: 'rounding',
  rewrite: ({ inputs: [a = -1, b = -1], spec }, draft) => {
    const exponent = constantOf(draft, b)
    if (exponent === 1) return expanded(draft, a, spec.shape)
    if (exponent !== 2) return null
    const base = draft.spec(a)
    return expanded(draft, apply(draft, mul, [a, a], base), spec.shape)
  },
}
