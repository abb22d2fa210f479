import type { Access } from './access.ts'
import type { FusedKernel } from './kernel.ts'
import { accessesOf } from './renumber.ts'
import type { Draft } from './tasks.ts'
import type { Value } from './work.ts'

/**
 * Values that may be written over others: those of elementwise kernels that are stored where an operand was read for the last
 * time, place by place. For each, the value whose memory it takes.
 */
export function writtenOver(
  drafts: readonly Draft[],
  moments: readonly number[],
  values: readonly Value[],
  isScratch: (value: number) => boolean,
): Map<number, number> {
  const readers = new Map<number, number[]>()
  const writers = new Map<number, number>()
  for (const [t, { jobs }] of drafts.entries()) {
    for (const { kernel, guard } of jobs) {
      const { reads, writes } = accessesOf(kernel)
      for (const value of new Set(guard === null ? reads : [...reads, guard.buffer])) {
        const list = readers.get(value)
        if (list === undefined) readers.set(value, [moments[t] ?? 0])
        else list.push(moments[t] ?? 0)
      }
      for (const value of new Set(writes)) writers.set(value, (writers.get(value) ?? 0) + 1)
    }
  }
  const over = new Map<number, number>()
  for (const [t, { jobs }] of drafts.entries()) {
    const now = moments[t] ?? 0
    for (const { kernel } of jobs) {
      if (kernel.kind !== 'fused' || kernel.reduced.length > 0) continue
      const taken = new Set<number>()
      for (const { value: line, access } of kernel.stores) {
        const target = access.buffer
        if (!isScratch(target) || writers.get(target) !== 1) continue
        const found = loadsBehind(kernel, line).find((load) => {
          const { buffer } = load
          const own = readers.get(buffer) ?? []
          // Kernels between the same barriers may still be reading it.
          const isLast = own.filter((moment) => moment >= now).length === 1
          const [a, b] = [values[buffer], values[target]]
          const fits = a?.dtype === b?.dtype && a?.count === b?.count
          return isLast && fits && isScratch(buffer) && !taken.has(buffer) && isSamePlace(load, access)
        })
        if (found === undefined || countLoads(kernel, found.buffer) > 1) continue
        taken.add(found.buffer)
        over.set(target, found.buffer)
      }
    }
  }
  return over
}

/** What a line is computed from. */
function loadsBehind({ body }: FusedKernel, line: number): Access[] {
  const seen = new Set([line])
  for (const i of seen) {
    const instruction = body[i]
    if (instruction?.op === 'apply') for (const arg of instruction.args) seen.add(arg)
  }
  return [...seen].flatMap((i) => {
    const instruction = body[i]
    return instruction?.op === 'load' ? [instruction.access] : []
  })
}

function countLoads({ body }: FusedKernel, buffer: number): number {
  return body.filter((line) => line.op === 'load' && line.access.buffer === buffer).length
}

function isSamePlace(load: Access, store: Access): boolean {
  return (
    load.offset === store.offset &&
    load.bounds === undefined &&
    load.strides.every((stride, axis) => stride === store.strides[axis])
  )
}
