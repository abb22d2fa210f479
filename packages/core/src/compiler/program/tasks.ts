import { bytesPerElement } from '../../graph/dtype.ts'
import type { Access } from './access.ts'
import { operationsOf, trafficOf } from './cost.ts'
import type { Guard, Kernel } from './kernel.ts'
import { outerOf } from './renumber.ts'
import type { Value } from './work.ts'

/** A kernel with what is known about the work in it; numbers are of values, not of buffers. */
export interface Job {
  readonly kernel: Kernel
  /** What it is skipped by; its value is among the needs. */
  readonly guard: Guard | null
  /** Values it reads, and others it waits for. */
  readonly needs: readonly number[]
  readonly writes: readonly number[]
  readonly steps: readonly number[]
}

/** Kernels that run on one share of the work, and whether all tasks before must be done when they start. */
export interface Draft {
  readonly jobs: readonly Job[]
  readonly parts: number
  readonly barrier: boolean
}

/** A task that has been split into fewer parts than this keeps threads waiting. */
const fewestParts = 32

/** A task of this many operations is done by one thread before others have woken up. */
const tinyCost = 32768

const mostKernels = 8

/** A task of tiny kernels may have more of them. */
const mostTinyKernels = 64

/** Scratch of up to this many bytes may be filled earlier than it is needed. */
const smallBytes = 65536

/** Memory is free again only after a task: this much may be held for longer than it is read. */
const mostHeldBytes = 4 * 1024 * 1024

interface Growing {
  readonly level: number
  readonly jobs: Job[]
  parts: number
  cost: number
}

/**
 * Puts kernels into tasks, and tasks into levels with a barrier between. A kernel joins the task it reads from when every
 * share of it reads what the same share wrote; else it goes to the last level, or to an earlier one where it fills no
 * memory before its time.
 */
export function makeTasks(
  jobs: readonly Job[],
  values: readonly Value[],
  outputs: ReadonlySet<number>,
): Draft[] {
  const levels: Growing[][] = []
  const makers = new Map<number, Growing[]>()
  const lastReaders = new Map<number, number>()
  for (const [index, { needs }] of jobs.entries()) for (const value of needs) lastReaders.set(value, index)
  for (const [index, job] of jobs.entries()) {
    const needed = new Set(job.needs.flatMap((value) => makers.get(value) ?? []))
    const behind = Math.max(-1, ...[...needed].map(({ level }) => level))
    const latest = [...needed].filter(({ level }) => level === behind)
    const [only] = latest
    const scratch = job.writes.reduce(
      (sum, value) => sum + (outputs.has(value) ? 0 : bytesOfValue(values, value)),
      0,
    )
    const early = scratch <= smallBytes
    let task =
      latest.length === 1 && only !== undefined && (early || behind >= levels.length - 2) ? only : null
    const isDone = (value: number): boolean => !outputs.has(value) && (lastReaders.get(value) ?? -1) <= index
    const held = task === null ? [] : task.jobs.flatMap(({ writes }) => writes.filter(isDone))
    if (held.reduce((sum, value) => sum + bytesOfValue(values, value), 0) > mostHeldBytes) task = null
    if (task === null || !chained(task, job, values)) {
      const level = early ? behind + 1 : Math.max(behind + 1, levels.length - 1)
      task = { level, jobs: [job], parts: outerOf(job.kernel), cost: sizeOfWork(job.kernel) }
      const list = levels[level]
      if (list === undefined) levels.push([task])
      else list.push(task)
    }
    for (const value of job.writes) {
      const list = makers.get(value)
      if (list === undefined) makers.set(value, [task])
      else if (!list.includes(task)) list.push(task)
    }
  }
  return levels.flatMap((tasks) =>
    tasks.map(({ jobs: own, parts }, i) => ({ jobs: own, parts, barrier: i === 0 })),
  )
}

/** One task for each kernel, one after another. */
export function separateTasks(jobs: readonly Job[]): Draft[] {
  return jobs.map((job) => ({ jobs: [job], parts: outerOf(job.kernel), barrier: true }))
}

function bytesOfValue(values: readonly Value[], value: number): number {
  const { dtype = 'f32', count = 0 } = values[value] ?? {}
  return count * bytesPerElement(dtype)
}

/** Adds the kernel to the task if it may run there without a barrier. */
function chained(task: Growing, job: Job, values: readonly Value[]): boolean {
  const cost = task.cost + sizeOfWork(job.kernel)
  const parts = commonParts(task, job, values)
  if (task.jobs.length >= (cost > tinyCost ? mostKernels : mostTinyKernels)) return false
  if (cost > tinyCost && parts < fewestParts) return false
  task.jobs.push(job)
  task.parts = parts
  task.cost = cost
  return true
}

/** Into how many parts the task can be split with this kernel in it; 1 where it must not be split. */
function commonParts(task: Growing, job: Job, values: readonly Value[]): number {
  let parts = gcd(task.parts, outerOf(job.kernel))
  const reads = touchedBy(job.kernel).filter(({ isWrite }) => !isWrite)
  for (const value of new Set(job.needs)) {
    const written = task.jobs
      .filter(({ writes }) => writes.includes(value))
      .flatMap(({ kernel }) =>
        touchedBy(kernel).filter((touch) => touch.isWrite && touch.access.buffer === value),
      )
    if (written.length === 0) continue
    const read = reads.filter(({ access }) => access.buffer === value)
    // What is waited for and not read has no shares.
    if (read.length === 0) return 1
    const { count } = values[value] ?? { count: 0 }
    for (const touch of [...written, ...read]) parts = gcd(parts, sharesOf(touch, count))
  }
  return parts
}

interface Touch {
  readonly isWrite: boolean
  readonly access: Access
  readonly kept: readonly number[]
  readonly inner: readonly number[]
}

/** Every access of a kernel with the axes that it is split by and those that each of its iterations runs over. */
function touchedBy(kernel: Kernel): Touch[] {
  switch (kernel.kind) {
    case 'fused': {
      const { kept, reduced, body, stores } = kernel
      const loads = body.flatMap((line) => (line.op === 'load' ? [line.access] : []))
      return [
        ...loads.map((access) => ({ isWrite: false, access, kept, inner: reduced })),
        ...stores.map(({ value, access }) => {
          const isRow = body[value]?.level === 'row' && reduced.length > 0
          return { isWrite: true, access, kept, inner: isRow ? [] : reduced }
        }),
      ]
    }
    case 'matmul': {
      const { batch, m, k, n, a, b, out } = kernel
      const kept = [...batch, m]
      const still = {
        ...b,
        strides: [...b.strides.slice(0, batch.length), 0, ...b.strides.slice(batch.length)],
      }
      return [
        { isWrite: false, access: a, kept, inner: [k] },
        { isWrite: false, access: still, kept, inner: [k, n] },
        { isWrite: true, access: out, kept, inner: [n] },
      ]
    }
    case 'conv': {
      const { n, c, o, groups, axes, x, w, out } = kernel
      const kept = [n]
      const still = { ...w, strides: [0, ...w.strides] }
      return [
        { isWrite: false, access: x, kept, inner: [c * groups, ...axes.map(({ input }) => input)] },
        { isWrite: false, access: still, kept, inner: [o * groups, c, ...axes.map((axis) => axis.kernel)] },
        { isWrite: true, access: out, kept, inner: [o * groups, ...axes.map(({ output }) => output)] },
      ]
    }
    case 'primitive': {
      const whole = (buffer: number): Access => ({ buffer, offset: 0, strides: [] })
      return [
        ...kernel.inputs.map(({ buffer }) => ({
          isWrite: false,
          access: whole(buffer),
          kept: [],
          inner: [],
        })),
        { isWrite: true, access: whole(kernel.output.buffer), kept: [], inner: [] },
      ]
    }
  }
}

/**
 * Into how many equal stretches of memory an access falls apart when its kernel is split into as many parts: the outer
 * axes that walk through memory from end to end.
 */
function sharesOf({ access, kept, inner }: Touch, count: number): number {
  const { offset, strides } = access
  const sizes = [...kept, ...inner]
  let low = offset
  let high = offset
  for (const [axis, size] of sizes.entries()) {
    const reach = (strides[axis] ?? 0) * (size - 1)
    low += Math.min(0, reach)
    high += Math.max(0, reach)
  }
  let parts = 1
  let best = 1
  let stretch = count
  for (const [axis, size] of kept.entries()) {
    const stride = strides[axis] ?? 0
    if (stride * size !== stretch) break
    stretch = stride
    parts *= size
    high -= stride * (size - 1)
    if (low >= 0 && high < stretch) best = parts
  }
  return best
}

function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b]
  return a
}

/** What a kernel computes and moves, in elements. */
function sizeOfWork(kernel: Kernel): number {
  const { reads, writes } = trafficOf(kernel)
  let moved = 0
  for (const count of [...reads.values(), ...writes.values()]) moved += count
  // A primitive does more for each element than can be seen.
  return kernel.kind === 'primitive' ? 8 * moved : operationsOf(kernel) + moved
}
