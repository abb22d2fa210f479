import { matmul } from '../../ops/matmul.ts'
import { permute } from '../../ops/reshape.ts'
import type { ValueId } from '../plan.ts'
import type { Draft, Rule } from './rule.ts'
import { permuted } from './views.ts'

function transposed(draft: Draft, id: ValueId): ValueId {
  const rank = draft.spec(id).shape.length
  const order = Array.from({ length: rank }, (_, axis) => axis)
  return permuted(draft, id, [...order.slice(0, -2), rank - 1, rank - 2])
}

/**
 * The transpose of a product as the product of the transposes, `(A B)ᵀ = Bᵀ Aᵀ`, so that the gradient of a weight comes
 * out in the weight's own layout. Each element is the same sum in the same order.
 */
export const turnMatmul: Rule = {
  name: 'transpose operands, not products',
  on: [permute.primitive],
  keeps: 'exact',
  rewrite: ({ attrs, inputs: [input = -1], spec }, draft) => {
    const made = draft.producer(input)
    const [a, b] = made?.inputs ?? []
    if (made?.primitive !== matmul.primitive || a === undefined || b === undefined) return null
    const { order } = attrs as { readonly order: readonly number[] }
    const rank = order.length
    const swapsLast = order[rank - 1] === rank - 2 && order.slice(0, -2).every((axis, i) => axis === i)
    // Where the product is read as it is too, it would be computed twice.
    if (!swapsLast || draft.reads(input) > 1) return null
    const inputs = [transposed(draft, b), transposed(draft, a)]
    return draft.add({ primitive: matmul.primitive, attrs: made.attrs, inputs, spec })
  },
}
