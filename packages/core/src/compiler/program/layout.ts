import { sizeOf } from '../../graph/shape.ts'
import type { Plan, Step, ValueId } from '../plan.ts'
import type { Assemblies } from './assembly.ts'
import { contiguous, permuted, sliced, type View } from './view.ts'
import type { Target } from './work.ts'

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

/** The view of a part of a value that is put together. */
export function pieceView(plan: Plan, whole: ValueId, piece: ValueId, start: readonly number[]): View | null {
  const shape = plan.values[whole]?.shape ?? []
  const step = shape.map(() => 1)
  return sliced(contiguous(sizeOf(shape)), shape, start, step, plan.values[piece]?.shape ?? [])
}

/**
 * Where a value should lie in memory when all that is read of it is a permutation, or one piece of a larger value: in the order
 * of that, or within it. Null where it is read as it comes.
 */
export function layoutFor(
  id: ValueId,
  plan: Plan,
  users: ReadonlyMap<ValueId, Step>,
  { pieces, absorbed }: Assemblies,
): Target | null {
  const permutes: Step[] = []
  let last = id
  let user = users.get(last)
  for (; user?.primitive.name === 'permute' || user?.primitive.name === 'reshape'; user = users.get(last)) {
    if (user.primitive.name === 'permute') permutes.push(user)
    last = user.output
  }
  let target: Target = { value: id, view: contiguous(sizeOf(plan.values[id]?.shape ?? [])) }
  // Padded pieces are absorbed by the sum that they are part of.
  while (user !== undefined && absorbed.has(user.output)) user = users.get(user.output)
  const own = user && pieces.get(user.output)?.filter((piece) => piece.id === last)
  if (user !== undefined && own?.length === 1) {
    const view = pieceView(plan, user.output, last, own[0]?.start ?? [])
    if (view !== null) target = { value: user.output, view }
  }
  if (permutes.length === 0 && target.value === id) return null
  for (const { attrs, output } of permutes.reverse()) {
    const { order } = attrs as { readonly order: readonly number[] }
    const inverse = order.map((_, axis) => order.indexOf(axis))
    const view = permuted(target.view, plan.values[output]?.shape ?? [], inverse)
    if (view === null) return null
    target = { ...target, view }
  }
  return target
}
