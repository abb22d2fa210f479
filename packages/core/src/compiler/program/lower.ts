import type { Plan } from '../plan.ts'
import { fusedKernel } from './fused.ts'
import { groupWork } from './group.ts'
import { guardWork } from './guards.ts'
import { writtenOver } from './in-place.ts'
import type { Kernel } from './kernel.ts'
import { bytesOf, layOut, type Span } from './memory.ts'
import type { Buffer, Program, Task } from './program.ts'
import { recomputeCheap } from './recompute.ts'
import { accessesOf, renumbered } from './renumber.ts'
import { resolvePlan } from './resolve.ts'
import { splitReductions } from './split.ts'
import { type Draft, type Job, makeTasks, separateTasks } from './tasks.ts'
import { guardOf, single, type Unit, workOf } from './unit.ts'
import { needsOf, type Resolved } from './work.ts'

/** What a backend may say about how its programs are made. */
export interface LowerOptions {
  /** Bytes of scratch that the backend wants for a kernel, beside the program's buffers. Default: none. */
  readonly workspace?: (kernel: Kernel) => number
  /** Fuse elementwise work and reductions into few kernels. Default true. */
  readonly fuse?: boolean
  /** Run kernels that work on the same share of the data after one another without a barrier. Default true. */
  readonly chain?: boolean
  /** Skip what `where` with one bool for all elements would leave out. Default true. */
  readonly guard?: boolean
}

/** Turns a plan into kernels and lays out their memory. */
export function lower(
  plan: Plan,
  { workspace = () => 0, fuse = true, chain = true, guard = true }: LowerOptions = {},
): Program {
  const whole = fuse ? splitReductions(resolvePlan(plan)) : resolvePlan(plan)
  const resolved = guard ? guardWork(whole) : whole
  const units = fuse ? recomputeCheap(groupWork(resolved), resolved) : resolved.work.map(single)
  const jobs = jobsOf(units, resolved)
  const drafts = chain ? makeTasks(jobs, resolved.values, new Set(resolved.outputs)) : separateTasks(jobs)
  return placed(drafts, resolved, workspace)
}

/** The kernel of each unit. */
function jobsOf(units: readonly Unit[], { values, outputs }: Resolved): Job[] {
  const makers = new Map<number, Unit | null>()
  const stored = new Set<number>(outputs)
  for (const unit of units) {
    for (const { target } of workOf(unit)) {
      // Null for what several put together.
      const known = makers.get(target.value)
      makers.set(target.value, known === undefined || known === unit ? unit : null)
    }
  }
  const isFromOutside = (value: number, unit: Unit): boolean => makers.get(value) !== unit
  for (const unit of units) {
    for (const work of workOf(unit)) {
      for (const value of needsOf(work)) if (isFromOutside(value, unit)) stored.add(value)
    }
  }
  return units.map((unit) => {
    const needs = new Set<number>()
    const writes = new Set<number>()
    const steps = new Set<number>()
    for (const work of workOf(unit)) {
      for (const value of needsOf(work)) if (isFromOutside(value, unit)) needs.add(value)
      if (stored.has(work.target.value)) writes.add(work.target.value)
      steps.add(work.step)
    }
    const kernel =
      unit.kind === 'fused' ? fusedKernel(unit, values, (value) => stored.has(value)) : unit.kernel
    return { kernel, guard: guardOf(unit), needs: [...needs], writes: [...writes], steps: [...steps] }
  })
}

/** The program of these tasks: buffers for what is read and written, scratch where each is free. */
function placed(
  drafts: readonly Draft[],
  { inputCount, values, outputs }: Resolved,
  workspace: (kernel: Kernel) => number,
): Program {
  const firstUse = new Map<number, number>()
  const lastUse = new Map<number, number>()
  // Tasks between two barriers may run at the same time.
  let moment = 0
  const moments = drafts.map(({ barrier }) => (barrier ? ++moment : moment))
  for (const [t, { jobs }] of drafts.entries()) {
    const at = moments[t] ?? 0
    for (const { kernel, guard } of jobs) {
      const { reads, writes } = accessesOf(kernel)
      for (const value of [...reads, ...writes, ...(guard === null ? [] : [guard.buffer])]) {
        if (!firstUse.has(value)) firstUse.set(value, at)
        lastUse.set(value, at)
      }
    }
  }
  const buffers: Buffer[] = []
  const bufferOf = new Map<number, number>()
  const spans: (Span & { readonly buffers: readonly number[] })[] = []
  const add = (value: number, make: (spec: { dtype: Buffer['dtype']; size: number }) => Buffer): void => {
    const { dtype = 'f32', count: size = 0 } = values[value] ?? {}
    bufferOf.set(value, buffers.push(make({ dtype, size })) - 1)
  }
  for (let input = 0; input < inputCount; input++) add(input, (spec) => ({ ...spec, kind: 'input', input }))
  for (const [output, value] of outputs.entries()) add(value, (spec) => ({ ...spec, kind: 'output', output }))
  const over = writtenOver(drafts, moments, values, (value) => !bufferOf.has(value))
  const spanOf = new Map<number, number>()
  for (const [value, from] of firstUse) {
    if (bufferOf.has(value)) continue
    add(value, (spec) => ({ ...spec, kind: 'scratch', start: 0 }))
    const buffer = buffers.length - 1
    const to = lastUse.get(value) ?? from
    const below = spanOf.get(over.get(value) ?? -1)
    const span = below === undefined ? undefined : spans[below]
    if (below === undefined || span === undefined) {
      spanOf.set(value, spans.length)
      spans.push({ bytes: bytesOf(buffers[buffer] as Buffer), from, to, buffers: [buffer] })
    } else {
      spanOf.set(value, below)
      spans[below] = { ...span, to: Math.max(span.to, to), buffers: [...span.buffers, buffer] }
    }
  }
  const workspaces = drafts.map(({ jobs }) => jobs.map(({ kernel }) => workspace(kernel)))
  const extra = workspaces.flatMap((list, t) =>
    list.map((bytes) => ({ bytes, from: moments[t] ?? 0, to: moments[t] ?? 0 })),
  )
  const { starts, bytes: scratchBytes } = layOut([...spans, ...extra])
  for (const [i, span] of spans.entries()) {
    for (const buffer of span.buffers) {
      buffers[buffer] = { ...(buffers[buffer] as Buffer), kind: 'scratch', start: starts[i] ?? 0 }
    }
  }
  let next = spans.length
  const tasks = drafts.map(
    ({ jobs, parts, barrier }, t): Task => ({
      barrier,
      kernels: jobs.map(({ kernel }) => renumbered(kernel, (value) => bufferOf.get(value) ?? -1)),
      parts,
      guards: jobs.map(({ guard }) => guard && { ...guard, buffer: bufferOf.get(guard.buffer) ?? -1 }),
      steps: jobs.map(({ steps }) => steps),
      workspaces: (workspaces[t] ?? []).map((bytes) => {
        const start = starts[next++] ?? 0
        return bytes > 0 ? start : null
      }),
    }),
  )
  const handed = buffers.reduce((sum, buffer) => (buffer.kind === 'scratch' ? sum : sum + bytesOf(buffer)), 0)
  return {
    buffers,
    tasks,
    scratchBytes,
    peakBytes: handed + scratchBytes,
    inputCount,
    outputs: outputs.map((value) => bufferOf.get(value) ?? -1),
  }
}
