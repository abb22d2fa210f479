import { type Plan, StepError } from '@samkit/core'
import { type Kernel, lower } from '@samkit/core/compiler'
import { addConv } from '../kernels/conv.ts'
import { type DeviceKernel, mostElements } from '../kernels/device-kernel.ts'
import { addFused } from '../kernels/fused.ts'
import { KernelList } from '../kernels/kernel-list.ts'
import { addMatmul } from '../kernels/matmul.ts'
import { addPrimitive } from '../kernels/primitives/index.ts'
import { addIndexCheck, type IndexCheck } from '../kernels/primitives/index-check.ts'
import type { Dialect } from '../math/dialect.ts'
import { tooLarge } from '../too-large.ts'

/** What a stage on the device comes to: gpu.js kernels, in order, over values that are each written once. */
export interface DeviceProgram {
  readonly kernels: readonly DeviceKernel[]
  /** The value of each stage output; null for those without elements. */
  readonly outputs: readonly (number | null)[]
  /** Values of one element that are to be read after the run: whether indices were in range. */
  readonly checks: readonly IndexCheck[]
}

/**
 * Compiles a plan to gpu.js kernels. Inputs are the values 0 to `inputCount - 1`.
 *
 * @throws StepError when a tensor has more elements than gpu.js can count.
 */
export function deviceProgram(plan: Plan, dialect: Dialect): DeviceProgram {
  const program = lower(plan, { chain: false, guard: false })
  const list = new KernelList(
    program.buffers.map(({ size }) => size),
    dialect,
  )
  const checks: IndexCheck[] = []
  for (const { kernels, steps } of program.tasks) {
    for (const [i, kernel] of kernels.entries()) {
      const own = steps[i] ?? []
      list.of(own)
      checkSizes(
        buffersOf(kernel).map((buffer) => list.countOf(buffer)),
        own,
      )
      if (kernel.kind === 'primitive') checks.push(...addIndexCheck(list, kernel, own[0] ?? 0))
      const before = list.kernels.length
      add(list, kernel)
      // Values on the way may be larger than what they are made from.
      checkSizes(
        list.kernels.slice(before).map(({ size }) => size),
        own,
      )
    }
  }
  const outputs = program.outputs.map((buffer) => (list.countOf(buffer) === 0 ? null : list.valueOf(buffer)))
  return { kernels: list.kernels, outputs, checks }
}

function add(list: KernelList, kernel: Kernel): void {
  if (kernel.kind === 'fused') addFused(list, kernel)
  else if (kernel.kind === 'matmul') addMatmul(list, kernel)
  else if (kernel.kind === 'conv') addConv(list, kernel)
  else addPrimitive(list, kernel)
}

function checkSizes(sizes: readonly number[], steps: readonly number[]): void {
  const most = Math.max(0, ...sizes)
  if (most <= mostElements) return
  throw new StepError(steps.at(-1) ?? 0, tooLarge(most))
}

function buffersOf(kernel: Kernel): number[] {
  switch (kernel.kind) {
    case 'fused':
      return [
        ...kernel.body.flatMap((line) => (line.op === 'load' ? [line.access.buffer] : [])),
        ...kernel.stores.map(({ access }) => access.buffer),
      ]
    case 'matmul':
      return [kernel.a.buffer, kernel.b.buffer, kernel.out.buffer]
    case 'conv':
      return [kernel.x.buffer, kernel.w.buffer, kernel.out.buffer]
    case 'primitive':
      return [...kernel.inputs.map(({ buffer }) => buffer), kernel.output.buffer]
  }
}
