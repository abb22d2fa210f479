import type { Guard } from './kernel.ts'
import type { Source } from './source.ts'
import { needsOf, type Resolved, type Value, type Work } from './work.ts'

/** A reduction of fewer elements than this is not worth a kernel of its own. */
const longReduction = 16384

/** Who reads a value, as far as they were seen. */
interface Readers {
  /** What all of them ask for before they look at it; null where some do not ask. */
  guard: Guard | null
  /** Whether all of them are skipped by that guard themselves. */
  skipped: boolean
}

/**
 * Gives work that is not always needed a guard: a value of which everybody reads `where(c, value, other)`, with one bool
 * `c` for all elements, need not be computed where c is false; nor what is computed for that value alone. A kernel runs or
 * is skipped as a whole, so only work worth skipping gets a guard, and what leads to it and nowhere else: a cheap
 * step behind it may compute with what happens to lie in memory, as `where` picks the other operand in the end.
 */
export function guardWork(resolved: Resolved): Resolved {
  const { inputCount, values, work, outputs } = resolved
  const readers = new Map<number, Readers>(outputs.map((value) => [value, { guard: null, skipped: false }]))
  const guards = new Array<Guard | null>(work.length).fill(null)
  for (let index = work.length - 1; index >= 0; index--) {
    const one = work[index]
    if (one === undefined) continue
    const { guard = null, skipped = false } = readers.get(one.target.value) ?? {}
    const own = guard !== null && (skipped || isHeavy(one)) ? guard : null
    guards[index] = own
    // What work under a guard asks for besides might not have been computed itself.
    const see = (value: number, under: Guard | null): void => {
      const asked = guard ?? under
      const known = readers.get(value)
      const skips = own !== null
      if (known === undefined) readers.set(value, { guard: asked, skipped: skips })
      else {
        known.guard = isSame(known.guard, asked) ? known.guard : null
        known.skipped &&= skips
      }
    }
    if (one.kind === 'kernel') for (const value of needsOf(one)) see(value, null)
    else seeReads(one.source, null, values, see)
  }
  if (guards.every((guard) => guard === null)) return resolved
  const guarded = work.map((one, index): Work => {
    const guard = guards[index] ?? null
    if (guard === null) return one
    const after = guard.buffer < inputCount ? one.after : [...one.after, guard.buffer]
    return { ...one, guard, after }
  })
  return { ...resolved, work: needsFirst(guarded) }
}

/** Whether two guards ask for the same. */
export function isSame(a: Guard | null, b: Guard | null): boolean {
  return a?.buffer === b?.buffer && a?.offset === b?.offset && a?.sense === b?.sense
}

function isHeavy(work: Work): boolean {
  return work.kind === 'kernel' || (work.kind === 'reduce' && work.count >= longReduction)
}

/** Tells of every value that a source reads, and what it asks for before. */
function seeReads(
  source: Source,
  under: Guard | null,
  values: readonly Value[],
  see: (value: number, under: Guard | null) => void,
): void {
  if (source.kind === 'value') see(source.value, under)
  if (source.kind !== 'apply') return
  const [condition, ...branches] = source.args
  const asked = under === null && source.name === 'where' ? scalarOf(condition, values) : null
  if (asked === null || condition === undefined) {
    for (const arg of source.args) seeReads(arg, under, values, see)
    return
  }
  seeReads(condition, under, values, see)
  for (const [i, branch] of branches.entries()) seeReads(branch, { ...asked, sense: i === 0 }, values, see)
}

/** The place of a condition that is one bool for all elements; null where it differs. */
function scalarOf(
  source: Source | undefined,
  values: readonly Value[],
): Pick<Guard, 'buffer' | 'offset'> | null {
  if (source?.kind !== 'value' || values[source.value]?.dtype !== 'bool') return null
  const { value, view, after } = source
  const isOne = view.bounds.length === 0 && view.factors.every(({ stride }) => stride === 0)
  return isOne && after.length === 0 ? { buffer: value, offset: view.offset } : null
}

/** The work in its order, but for what guards are computed from: that comes before the first that asks. */
function needsFirst(work: readonly Work[]): Work[] {
  const writers = new Map<number, number[]>()
  for (const [index, { target }] of work.entries()) {
    const list = writers.get(target.value)
    if (list === undefined) writers.set(target.value, [index])
    else list.push(index)
  }
  const inputsOf = (index: number): number[] => {
    const one = work[index]
    // Who writes a part of a value waits at most for those that wrote to it before.
    return one === undefined
      ? []
      : needsOf(one).flatMap((value) =>
          (writers.get(value) ?? []).filter((writer) => value !== one.target.value || writer < index),
        )
  }
  const order: number[] = []
  const seen = new Set<number>()
  // An explicit stack of work and of what it still waits for.
  const stack: { readonly index: number; readonly inputs: number[] }[] = []
  const push = (index: number): void => {
    if (seen.has(index)) return
    seen.add(index)
    stack.push({ index, inputs: inputsOf(index).reverse() })
  }
  for (const root of work.keys()) {
    push(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.inputs.pop()
      if (input !== undefined) push(input)
      else {
        order.push(top.index)
        stack.pop()
      }
    }
  }
  return order.flatMap((index) => work[index] ?? [])
}
