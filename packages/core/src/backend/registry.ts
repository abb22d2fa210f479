import { kindOf } from '../graph/kind-of.ts'
import type { Backend } from './backend.ts'
import { referenceBackend } from './reference.ts'

/** Makes a backend when it is first asked for. */
export type BackendFactory = () => Backend | Promise<Backend>

const factories = new Map<string, BackendFactory>([['reference', () => referenceBackend]])
const instances = new Map<string, Promise<Backend>>()
let current: Backend = referenceBackend
let choices = 0

/** Makes a backend known under `name`, for `setBackend(name)`. Registering a name again replaces it. */
export function registerBackend(name: string, factory: BackendFactory): void {
  factories.set(name, factory)
  instances.delete(name)
}

/** The names that `setBackend` accepts. */
export function backendNames(): string[] {
  return [...factories.keys()]
}

/**
 * The backend registered under `name`, made on first use.
 *
 * @throws Error when there is no such name.
 */
export async function backendByName(name: string): Promise<Backend> {
  const factory = factories.get(name)
  if (factory === undefined) {
    throw new Error(`there is no backend "${name}"; registered are ${backendNames().join(', ')}`)
  }
  const known = instances.get(name)
  if (known !== undefined) return known
  const made = (async () => factory())()
  instances.set(name, made)
  // What failed once may succeed the next time.
  made.catch(() => {
    if (instances.get(name) === made) instances.delete(name)
  })
  return made
}

/**
 * Computes everything from now on with this backend, given by name or itself. Values made before move when needed.
 *
 * @throws Error when there is no such name.
 */
export async function setBackend(backend: string | Backend): Promise<void> {
  if (typeof backend !== 'string' && typeof backend?.compile !== 'function') {
    throw new TypeError(`setBackend: expected a backend or the name of one, got ${kindOf(backend)}`)
  }
  const choice = ++choices
  const chosen = typeof backend === 'string' ? await backendByName(backend) : backend
  // The last call decides, whichever backend is ready first.
  if (choice === choices) current = chosen
}

/** The backend that computes now; `reference` until `setBackend` is called. */
export function getBackend(): Backend {
  return current
}
