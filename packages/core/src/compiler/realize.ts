import type { Backend } from '../backend/backend.ts'
import { getBackend } from '../backend/registry.ts'
import type { TypedArray } from '../graph/dtype.ts'
import { type DeviceBuffer, Storage } from '../graph/storage.ts'
import type { Node } from '../graph/tensor.ts'
import { type CompiledPlan, compiledPlan } from './cache.ts'
import { resolve, schedule } from './plan.ts'

/** Values on their way, so that two reads at once compute them once. */
const pending = new WeakMap<Node, Promise<void>>()

function storageOf(node: Node): Storage {
  const { storage } = resolve(node)
  if (storage === null) throw new Error('samkit: a value was read before it was computed; please report this')
  if (storage.disposed) throw new Error(`${node.primitive.name}: this tensor was disposed; its value is gone`)
  return storage
}

/** The nodes still to be computed, with those that belong to them. */
function openRoots(nodes: readonly Node[]): Node[] {
  for (const node of nodes) if (resolve(node).storage !== null) storageOf(node)
  const open = (list: readonly Node[]): Node[] => list.map(resolve).filter((node) => node.storage === null)
  const roots = new Set(open(nodes))
  for (const root of [...roots]) for (const other of open(root.together)) roots.add(other)
  return [...roots]
}

interface Job {
  readonly roots: readonly Node[]
  readonly leaves: readonly Storage[]
  readonly compiled: CompiledPlan
}

function prepare(backend: Backend, roots: readonly Node[]): Job {
  const order = schedule(roots)
  const leaves = order.filter((node) => node.storage !== null).map(storageOf)
  return { roots, leaves, compiled: compiledPlan(backend, roots, order) }
}

function finish(backend: Backend, { roots }: Job, buffers: readonly DeviceBuffer[]): void {
  roots.forEach((root, i) => {
    const buffer = buffers[i]
    if (buffer === undefined) throw new Error(`backend "${backend.name}" gave no buffer for output ${i}`)
    const storage = new Storage({ shape: root.shape, dtype: root.dtype })
    storage.keep(backend, buffer)
    root.storage = storage
  })
}

/** Computes nodes on an asynchronous or synchronous backend. */
export async function realizeNodes(nodes: readonly Node[], backend: Backend = getBackend()): Promise<void> {
  await Promise.all(openRoots(nodes).map((node) => pending.get(node)))
  const roots = openRoots(nodes)
  if (roots.length === 0) return
  const work = (async () => {
    const job = prepare(backend, roots)
    const inputs: DeviceBuffer[] = []
    for (const storage of job.leaves) inputs.push(await bring(storage, backend))
    const executable = await job.compiled.executable
    finish(backend, job, await executable.run(inputs))
  })()
  for (const root of roots) pending.set(root, work)
  await work.finally(() => {
    for (const root of roots) pending.delete(root)
  })
}

/**
 * Computes nodes at once.
 *
 * @throws Error when the backend, or one that holds an input, answers asynchronously.
 */
export function realizeNodesSync(nodes: readonly Node[], backend: Backend = getBackend()): void {
  const roots = openRoots(nodes)
  if (roots.length === 0) return
  const job = prepare(backend, roots)
  const inputs = job.leaves.map((storage) => bringSync(storage, backend))
  const { executable } = job.compiled
  const buffers = executable instanceof Promise ? executable : executable.run(inputs)
  if (buffers instanceof Promise) {
    throw new Error(
      `backend "${backend.name}" answers asynchronously: use await t.data() instead of t.dataSync()`,
    )
  }
  finish(backend, job, buffers)
}

async function bring(storage: Storage, backend: Backend): Promise<DeviceBuffer> {
  return storage.on(backend) ?? uploaded(storage, await hostOf(storage), backend)
}

function bringSync(storage: Storage, backend: Backend): DeviceBuffer {
  return storage.on(backend) ?? uploaded(storage, hostOfSync(storage), backend)
}

function uploaded(storage: Storage, data: TypedArray, backend: Backend): DeviceBuffer {
  const buffer = backend.upload(data, storage.spec)
  storage.keep(backend, buffer)
  return buffer
}

async function hostOf(storage: Storage): Promise<TypedArray> {
  if (storage.hostData !== undefined) return storage.hostData
  const [backend, buffer] = holder(storage)
  const data = await backend.download(buffer, storage.spec)
  storage.keepHost(data)
  return data
}

function hostOfSync(storage: Storage): TypedArray {
  if (storage.hostData !== undefined) return storage.hostData
  const [backend, buffer] = holder(storage)
  if (backend.downloadSync === undefined) {
    throw new Error(
      `backend "${backend.name}" answers asynchronously: use await t.data() instead of t.dataSync()`,
    )
  }
  const data = backend.downloadSync(buffer, storage.spec)
  storage.keepHost(data)
  return data
}

function holder(storage: Storage): [Backend, DeviceBuffer] {
  const entry = storage.anywhere()
  if (entry === undefined) throw new Error('samkit: a value is held nowhere; please report this')
  return [entry[0] as Backend, entry[1]]
}

/** The node's value on the host, computed if need be. samkit's own copy: not to be written to. */
export async function hostValue(node: Node, backend?: Backend): Promise<TypedArray> {
  await realizeNodes([node], backend)
  return hostOf(storageOf(node))
}

/** The same at once, where the backend is synchronous. */
export function hostValueSync(node: Node, backend?: Backend): TypedArray {
  realizeNodesSync([node], backend)
  return hostOfSync(storageOf(node))
}
