import { sizeOf } from '../../graph/shape.ts'
import type { Plan, Step, ValueId } from '../plan.ts'
import { contiguous, permuted, type View } from './view.ts'

/** For every value that is read once and is no output, the step that reads it. */
export function soleUsers({ steps, outputs }: Plan): Map<ValueId, Step> {
  const users = new Map<ValueId, Step>()
  const shared = new Set<ValueId>(outputs)
  for (const step of steps) {
    for (const id of step.inputs) {
      if (users.has(id)) shared.add(id)
      else users.set(id, step)
    }
  }
  for (const id of shared) users.delete(id)
  return users
}

/**
 * How a value should lie in memory when all that is read of it is a permutation: in the order of that. Null where it is
 * read as it comes.
 */
export function layoutFor(id: ValueId, plan: Plan, users: ReadonlyMap<ValueId, Step>): View | null {
  const permutes: Step[] = []
  for (let user = users.get(id); user !== undefined; user = users.get(user.output)) {
    if (user.primitive.name === 'permute') permutes.push(user)
    else if (user.primitive.name !== 'reshape') break
  }
  if (permutes.length === 0) return null
  let view: View | null = contiguous(sizeOf(plan.values[id]?.shape ?? []))
  for (const { attrs, output } of permutes.reverse()) {
    const { order } = attrs as { readonly order: readonly number[] }
    const inverse = order.map((_, axis) => order.indexOf(axis))
    view = view && permuted(view, plan.values[output]?.shape ?? [], inverse)
  }
  return view
}
