import type { DType } from '../../graph/dtype.ts'
import type { ConvKernel, Guard, MatmulKernel, PrimitiveKernel } from './kernel.ts'
import { type Source, valuesOf } from './source.ts'
import type { View } from './view.ts'

/** Neighbouring axes of a space that are all reduced, or all kept. */
export interface Segment {
  readonly size: number
  readonly reduced: boolean
}

/** Where a result is written, by the number of each place. */
export interface Target {
  readonly value: number
  readonly view: View
}

interface Common {
  /** The plan step it belongs to. */
  readonly step: number
  readonly target: Target
  /** Values that must be computed before, beside those it reads. */
  readonly after: readonly number[]
  /** What its kernel is skipped by, with the number of a value for a buffer's. Default: it always runs. */
  readonly guard?: Guard
}

/** An elementwise computation over `count` places. */
export interface MapWork extends Common {
  readonly kind: 'map'
  readonly count: number
  readonly source: Source
}

/** A reduction of `count` places over the reduced segments of a space. The target counts the kept places. */
export interface ReduceWork extends Common {
  readonly kind: 'reduce'
  readonly name: 'sum' | 'max' | 'min'
  readonly dtype: DType
  readonly count: number
  readonly segments: readonly Segment[]
  readonly source: Source
  /** Whether it is the first half of a reduction in two steps. */
  readonly partial?: boolean
}

/** Anything else: a kernel that is there already, with numbers of values where a kernel has numbers of buffers. */
export interface KernelWork extends Common {
  readonly kind: 'kernel'
  readonly kernel: MatmulKernel | ConvKernel | PrimitiveKernel
}

/** One thing to compute. */
export type Work = MapWork | ReduceWork | KernelWork

/** A value in memory while a plan is lowered. */
export interface Value {
  readonly dtype: DType
  readonly count: number
}

/** A plan in which views are resolved: what is left to compute, and which value is each output. */
export interface Resolved {
  readonly inputCount: number
  /** The inputs first. */
  readonly values: readonly Value[]
  readonly work: readonly Work[]
  /** One value of its own for each plan output. */
  readonly outputs: readonly number[]
}

/** The number of elements that a reduction leaves. */
export function keptCount(segments: readonly Segment[]): number {
  return segments.reduce((count, { size, reduced }) => (reduced ? count : count * size), 1)
}

/** The axes of `shape` in runs of reduced and kept ones. */
export function segmentsOf(shape: readonly number[], axes: readonly number[]): Segment[] {
  const out: Segment[] = []
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue
    const reduced = axes.includes(axis)
    const last = out.at(-1)
    if (last?.reduced === reduced) out[out.length - 1] = { size: last.size * size, reduced }
    else out.push({ size, reduced })
  }
  return out
}

const needs = new WeakMap<Work, readonly number[]>()

/** The values that a piece of work reads from memory, or waits for. */
export function needsOf(work: Work): readonly number[] {
  const known = needs.get(work)
  if (known !== undefined) return known
  const list = [...new Set([...readBy(work), ...work.after])]
  needs.set(work, list)
  return list
}

function readBy(work: Work): number[] {
  if (work.kind !== 'kernel') return valuesOf(work.source).flatMap(({ value, after }) => [value, ...after])
  const { kernel } = work
  switch (kernel.kind) {
    case 'matmul':
      return [kernel.a.buffer, kernel.b.buffer]
    case 'conv':
      return [kernel.x.buffer, kernel.w.buffer]
    case 'primitive':
      return kernel.inputs.map(({ buffer }) => buffer)
  }
}
