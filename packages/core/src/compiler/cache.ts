import type { Backend, Executable } from '../backend/backend.ts'
import type { Node } from '../graph/tensor.ts'
import { type StructureKey, sameKey, structureKey } from './key.ts'
import { makePlan, type Plan } from './plan.ts'
import { explained } from './run-error.ts'

/** A plan with what a backend made of it. */
export interface CompiledPlan {
  readonly plan: Plan
  /** Where each step's node stands in the schedule. */
  readonly places: readonly number[]
  readonly executable: Executable | Promise<Executable>
}

/** How often plans were compiled and found again, over all backends, since the start. */
export interface CompileStats {
  /** Plans made. In a steady training loop this stays flat. */
  readonly compiled: number
  /** Plans found in the cache. */
  readonly reused: number
}

interface Entry {
  readonly key: StructureKey
  readonly value: CompiledPlan
}

const capacity = 256
/** Entries by hash, the one used longest ago first. Of two structures with one hash, the later one takes the place. */
const caches = new WeakMap<Backend, Map<number, Entry>>()
let compiled = 0
let reused = 0

/** How often plans were compiled and reused so far. */
export function compileStats(): CompileStats {
  return { compiled, reused }
}

/** The compiled plan that computes `roots` on `backend`: from the cache, or made and remembered. */
export function compiledPlan(backend: Backend, roots: readonly Node[], order: readonly Node[]): CompiledPlan {
  let cache = caches.get(backend)
  if (cache === undefined) {
    cache = new Map()
    caches.set(backend, cache)
  }
  const key = structureKey(roots, order)
  const known = cache.get(key.hash)
  if (known !== undefined && sameKey(known.key, key)) {
    reused += 1
    // To the end of the line.
    cache.delete(key.hash)
    cache.set(key.hash, known)
    return known.value
  }
  compiled += 1
  const kept = { hash: key.hash, words: key.words.slice() }
  const { plan, places } = makePlan(roots, order)
  const value = { plan, places, executable: made(backend, plan, (step) => order[places[step] ?? -1]) }
  const entry = { key: kept, value }
  cache.delete(kept.hash)
  cache.set(kept.hash, entry)
  if (value.executable instanceof Promise) {
    // What failed once may succeed the next time: a lost device comes back.
    value.executable.catch(() => {
      if (cache.get(kept.hash) === entry) cache.delete(kept.hash)
    })
  }
  const [oldest] = cache.keys()
  if (cache.size > capacity && oldest !== undefined) cache.delete(oldest)
  return value
}

function made(
  backend: Backend,
  plan: Plan,
  nodeOf: (step: number) => Node | undefined,
): Executable | Promise<Executable> {
  try {
    return backend.compile(plan)
  } catch (error) {
    throw explained(error, backend, nodeOf)
  }
}
