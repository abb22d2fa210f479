import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BackendSource } from '@samkit/conformance'
import { type Backend, backendByName, backendNames } from '@samkit/core'
import '@samkit/wasm'
import { Failure, oneLine, UsageError } from '../errors.ts'

/**
 * The backend of a name, or of the module at a path: its default export or its export named `backend`, a backend or a
 * function that makes one.
 *
 * @throws UsageError where there is no such backend; Failure where its module cannot be loaded or exports none.
 */
export async function backendSource(name: string): Promise<BackendSource> {
  if (/^gpu(:|$)/.test(name)) await loadGpu()
  if (backendNames().includes(name)) return () => backendByName(name)
  if (/[./\\]/.test(name)) return fromModule(name)
  throw new UsageError(
    `--backend: there is no "${name}"; choose from ${backendNames().join(', ')}, or give the path of a module that exports one`,
  )
}

/** Registers the backends of `@samkit/gpu`, which not everybody installs. */
async function loadGpu(): Promise<void> {
  try {
    await import('@samkit/gpu')
  } catch (error) {
    throw new Failure(
      `the GPU backends need @samkit/gpu and gpu.js: npm install @samkit/gpu gpu.js (${oneLine(error)})`,
    )
  }
}

async function fromModule(path: string): Promise<BackendSource> {
  const exported = await load(path)
  const found = exported.default ?? exported.backend
  if (isBackend(found)) return found
  if (typeof found === 'function') return async () => made(path, await found())
  throw new Failure(
    `${path} exports no backend: its default export, or one named backend, must be a backend or a function that makes one`,
  )
}

async function load(path: string): Promise<{ readonly default?: unknown; readonly backend?: unknown }> {
  try {
    return await import(pathToFileURL(resolve(path)).href)
  } catch (error) {
    throw new Failure(`${path} cannot be loaded: ${oneLine(error)}`)
  }
}

function made(path: string, value: unknown): Backend {
  if (isBackend(value)) return value
  throw new Failure(`the function that ${path} exports makes no backend`)
}

function isBackend(value: unknown): value is Backend {
  return (
    typeof value === 'object' && value !== null && 'compile' in value && typeof value.compile === 'function'
  )
}
