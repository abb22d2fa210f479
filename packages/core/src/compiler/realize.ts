import type { Backend } from '../backend/backend.ts'
import { getBackend } from '../backend/registry.ts'
import type { TypedArray } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { formatSpec } from '../graph/shape.ts'
import { type DeviceBuffer, Storage } from '../graph/storage.ts'
import type { Node } from '../graph/tensor.ts'
import { type CompiledPlan, compiledPlan } from './cache.ts'
import { resolve, schedule, standsFor } from './plan.ts'
import { explained } from './run-error.ts'

/** Values on their way, so that two reads at once compute them once. */
const pending = new Map<Node, Promise<void>>()

function storageOf(node: Node): Storage {
  const source = resolve(node)
  const { primitive, storage } = source
  if (storage === null) throw new Error('samkit: a value was read before it was computed; please report this')
  if (source.disposed || storage.disposed) {
    throw new OpError(
      primitive.name,
      `this ${formatSpec(source)} was disposed and its value is gone; dispose after the last use, or keep a detach() of it`,
    )
  }
  return storage
}

/** The nodes still to be computed, with those that belong to them. */
function openRoots(nodes: readonly Node[]): Node[] {
  for (const node of nodes) if (resolve(node).storage !== null) storageOf(node)
  const open = (list: readonly Node[]): Node[] => list.map(resolve).filter((node) => node.storage === null)
  const roots = new Set(open(nodes))
  // Once for each group: its members all hold the same list.
  const groups = new Set([...roots].map(({ together }) => together))
  for (const group of groups) for (const other of open(group)) roots.add(other)
  return [...roots]
}

interface Job {
  readonly roots: readonly Node[]
  readonly leaves: readonly Storage[]
  readonly compiled: CompiledPlan
  /** The failure of a step, told in the user's terms. */
  explain(error: unknown): unknown
}

/** Finds or makes the plan, and holds on to its inputs until {@link release}. */
function prepare(backend: Backend, roots: readonly Node[]): Job {
  const order = schedule(roots)
  const leaves = order.filter((node) => node.storage !== null).map(storageOf)
  const compiled = compiledPlan(backend, roots, order)
  for (const storage of leaves) storage.share()
  const explain = (error: unknown): unknown =>
    explained(error, backend, (step) => order[compiled.places[step] ?? -1])
  return { roots, leaves, compiled, explain }
}

function release({ leaves }: Job): void {
  for (const storage of leaves) storage.release()
}

function finish(backend: Backend, { roots }: Job, buffers: readonly DeviceBuffer[]): void {
  if (buffers.length !== roots.length) {
    for (const buffer of buffers) buffer.dispose()
    throw new Error(`backend "${backend.name}" gave ${buffers.length} buffers for ${roots.length} outputs`)
  }
  roots.forEach((root, i) => {
    const buffer = buffers[i] as DeviceBuffer
    if (root.storage !== null) {
      // A read that could not wait has computed it meanwhile.
      buffer.dispose()
      return
    }
    const storage = new Storage({ shape: root.shape, dtype: root.dtype })
    storage.keep(backend, buffer)
    root.storage = storage
  })
}

/** Lets go of what a detached tensor was made of, now that its value is known. */
function forgetHistory(node: Node): void {
  for (let current: Node | null = node; current !== null; current = standsFor(current)) {
    if (current.primitive.name !== 'stopGradient') continue
    if (current.storage === null) current.becomeLeaf(storageOf(current).share())
    return
  }
}

/** Computes nodes on an asynchronous or synchronous backend. */
export async function realizeNodes(nodes: readonly Node[], backend: Backend = getBackend()): Promise<void> {
  const underway = (): Promise<void>[] =>
    pending.size === 0 ? [] : openRoots(nodes).flatMap((node) => pending.get(node) ?? [])
  for (let waits = underway(); waits.length > 0; waits = underway()) await Promise.allSettled(waits)
  const roots = openRoots(nodes)
  if (roots.length > 0) {
    const work = compute(roots, backend)
    for (const root of roots) pending.set(root, work)
    await work.finally(() => {
      for (const root of roots) pending.delete(root)
    })
  }
  for (const node of nodes) forgetHistory(node)
}

async function compute(roots: readonly Node[], backend: Backend): Promise<void> {
  const job = prepare(backend, roots)
  try {
    const inputs: DeviceBuffer[] = []
    // In a training loop nearly all are there already: no turn of the event loop for each.
    for (const storage of job.leaves) inputs.push(storage.on(backend) ?? (await bring(storage, backend)))
    const executable = await job.compiled.executable
    finish(backend, job, await executable.run(inputs))
  } catch (error) {
    throw job.explain(error)
  } finally {
    release(job)
  }
}

/**
 * Computes nodes at once.
 *
 * @throws Error when the backend, or one that holds an input, answers asynchronously.
 */
export function realizeNodesSync(nodes: readonly Node[], backend: Backend = getBackend()): void {
  const roots = openRoots(nodes)
  if (roots.length > 0) computeSync(roots, backend)
  for (const node of nodes) forgetHistory(node)
}

function computeSync(roots: readonly Node[], backend: Backend): void {
  if (!backend.capabilities.sync) throw answersLater(backend)
  const job = prepare(backend, roots)
  try {
    const inputs = job.leaves.map((storage) => bringSync(storage, backend))
    const { executable } = job.compiled
    const buffers =
      executable instanceof Promise ? undefined : (executable.runSync?.(inputs) ?? executable.run(inputs))
    if (buffers === undefined || buffers instanceof Promise) throw answersLater(backend)
    finish(backend, job, buffers)
  } catch (error) {
    throw job.explain(error)
  } finally {
    release(job)
  }
}

function answersLater({ name }: Backend): Error {
  return new Error(`backend "${name}" answers asynchronously: use await t.data() instead of t.dataSync()`)
}

async function bring(storage: Storage, backend: Backend): Promise<DeviceBuffer> {
  if (storage.on(backend) === undefined) await hostOf(storage)
  // Looked up again, as another read may have brought it while this one waited.
  return bringSync(storage, backend)
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
  if (backend.downloadSync === undefined) throw answersLater(backend)
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
