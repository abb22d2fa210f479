import type { Backend, Executable } from '../backend/backend.ts'
import type { Node } from '../graph/tensor.ts'
import { structureKey } from './key.ts'
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

const capacity = 256
const caches = new WeakMap<Backend, Map<string, CompiledPlan>>()
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
  const known = cache.get(key)
  if (known !== undefined) {
    reused += 1
    // To the end of the line: the one used longest ago goes first.
    cache.delete(key)
    cache.set(key, known)
    return known
  }
  compiled += 1
  const { plan, places } = makePlan(roots, order)
  const entry = { plan, places, executable: made(backend, plan, (step) => order[places[step] ?? -1]) }
  cache.set(key, entry)
  if (entry.executable instanceof Promise) {
    // What failed once may succeed the next time: a lost device comes back.
    entry.executable.catch(() => cache.delete(key))
  }
  const [oldest] = cache.keys()
  if (cache.size > capacity && oldest !== undefined) cache.delete(oldest)
  return entry
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
