import { StepError, sizeOf } from '@samkit/core'
import type { Guard, Kernel, PrimitiveKernel, Program } from '@samkit/core/compiler'
import type { Generated } from '../kernels/generator.ts'
import type { Machine } from './machine.ts'
import { joined, type Level, levelsOf, type PreparedKernel, type Stage, stagesOf } from './stages.ts'

/** A primitive that the backend has no kernel for: the reference kernel computes it, between stages. */
export interface HostCall {
  readonly kernel: PrimitiveKernel
  readonly steps: readonly number[]
  /** What it is skipped by, or null. */
  readonly guard: Guard | null
}

/** What a program does, in order: levels without a stop, or a call on the host. */
export type Part = readonly Level[] | HostCall

/** Whether a part runs on the host. */
export function isHostCall(part: Part): part is HostCall {
  return 'kernel' in part
}

/** The bytes of workspace for a kernel. What goes wrong here goes wrong in {@link partsOf} again, and is told there. */
export function workspaceOf({ generate, features }: Machine, kernel: Kernel): number {
  // Most kernels, and none of them asks for any: not worth making them twice.
  if (kernel.kind === 'fused') return 0
  try {
    return generate(kernel, features)?.workspaceBytes ?? 0
  } catch {
    return 0
  }
}

/**
 * Generates the kernels of a program, and cuts their work into stages. `origins` says for each step of the program which step
 * of the plan it was made for.
 *
 * @throws StepError when a kernel cannot be made.
 */
export function partsOf(machine: Machine, { tasks }: Program, origins: readonly number[]): Part[] {
  const parts: Part[] = []
  let levels: Level[] = []
  const group: Stage[][] = []
  const endGroup = (): void => {
    levels.push(...levelsOf(group.splice(0), machine.pieceCost))
  }
  const endSegment = (): void => {
    endGroup()
    if (levels.length > 0) parts.push(joined(levels))
    levels = []
  }
  for (const { kernels, parts: cuts, workspaces, guards, steps, barrier } of tasks) {
    if (barrier) endGroup()
    // Kernels of this task that are chained so far, and the buffers they write.
    const chain: PreparedKernel[] = []
    const written = new Set<number>()
    const stages: Stage[] = []
    const endChain = (): void => {
      stages.push(...stagesOf(chain.splice(0), cuts, machine.pieceCost))
      written.clear()
    }
    for (const [i, kernel] of kernels.entries()) {
      const own = (steps[i] ?? []).map((step) => origins[step] ?? step)
      const guard = guards[i] ?? null
      const generated = generatedFor(machine, kernel, own)
      if (generated === null) {
        endChain()
        group.push(stages.splice(0))
        endSegment()
        parts.push({ kernel: kernel as PrimitiveKernel, steps: own, guard })
        continue
      }
      const inOrder = cuts === 1 || keepsOrder(kernel, generated)
      if (!inOrder || preparedFrom(kernel, generated, guard).some((buffer) => written.has(buffer))) endChain()
      chain.push({ generated, workspace: workspaces[i] ?? 0, steps: own, guard })
      for (const buffer of writesOf(kernel)) written.add(buffer)
      if (!inOrder) endChain()
    }
    endChain()
    group.push(stages)
  }
  endSegment()
  return parts
}

/** Whether a share of the last phase's iterations is the same share of what the kernel computes. */
function keepsOrder(kernel: Kernel, { byImage = false, phases }: Generated): boolean {
  const outer = phases.at(-1)?.outer
  switch (kernel.kind) {
    case 'fused':
      return outer === sizeOf(kernel.kept)
    case 'matmul':
      return outer === sizeOf(kernel.batch) * kernel.m
    case 'conv':
      return byImage
    case 'primitive':
      return false
  }
}

/** The buffers that the phases before the last read: those phases run before a chain, so nothing in it may write them. */
function preparedFrom(
  kernel: Kernel,
  { phases, operands }: Generated,
  guard: Guard | null,
): readonly number[] {
  if (phases.length < 2) return []
  const asked = guard === null ? [] : [guard.buffer]
  // Only the right operand of a product is packed for all rows.
  return [...asked, ...(kernel.kind === 'matmul' ? [kernel.b.buffer] : operands)]
}

function writesOf(kernel: Kernel): readonly number[] {
  switch (kernel.kind) {
    case 'fused':
      return kernel.stores.map(({ access }) => access.buffer)
    case 'matmul':
    case 'conv':
      return [kernel.out.buffer]
    case 'primitive':
      return [kernel.output.buffer]
  }
}

function generatedFor(
  { generate, features }: Machine,
  kernel: Kernel,
  steps: readonly number[],
): Generated | null {
  try {
    const generated = generate(kernel, features)
    if (generated === null && kernel.kind !== 'primitive') {
      throw new Error(`the wasm backend has no ${kernel.kind} kernel; please report this`)
    }
    return generated
  } catch (error) {
    throw new StepError(steps[0] ?? 0, error)
  }
}
