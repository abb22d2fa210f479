import type { Access, FusedKernel } from '@samkit/core/compiler'
import {
  type Features,
  type Generate,
  type Generated,
  operand,
  type Phase,
  phaseParameters,
} from '../generator.ts'
import type { FusedCode } from './body.ts'
import { Emitter } from './emit.ts'
import { buffersOf } from './forms.ts'
import { type Layout, layoutOf, padded, placeWeight } from './layout.ts'
import { scalarLanes } from './scalar-lanes.ts'
import { keptLines, scheduleOf } from './schedule.ts'
import { sharesAsProducts } from './shares.ts'
import { vectorLanes } from './vector-lanes.ts'

/** The most bytes that a row may keep between its loops: what stays in a core's second cache. */
const scratchLimit = 2 ** 18

/**
 * Fused kernels: elementwise work and reductions in one loop nest. On f32, i32 and bool four numbers at a time, along the
 * axis where memory is contiguous; with f64 one at a time.
 */
export const generateFused: Generate<FusedKernel> = (original, features) => {
  const kernel = sharesAsProducts(padded(original))
  const width = kernel.body.some(({ dtype }) => dtype === 'f64') ? 1 : 4
  const layout = layoutOf(kernel, width)
  const lineBytes = (unroll: number): number => scratchOfLine(layout, width, unroll)
  const schedule = scheduleOf(kernel, layout, (lines, unroll) => lines * lineBytes(unroll) <= scratchLimit)
  const buffers = buffersOf(kernel)
  const operandOf = new Map(buffers.map((buffer, i) => [buffer, i]))
  const privateBytes = keptLines(schedule).length * lineBytes(schedule.unroll)
  const plan: FusedCode = { kernel, layout, schedule, operandOf, scratch: buffers.length }
  return {
    operands: privateBytes > 0 ? [...buffers, operand.private] : buffers,
    phases: [phaseOf(plan, width, features)],
    workspaceBytes: 0,
    ...(privateBytes > 0 && { privateBytes }),
  } satisfies Generated
}

function phaseOf(plan: FusedCode, width: number, features: Features): Phase {
  const { kernel, layout, operandOf } = plan
  const outer = kernel.kept.reduce((product, n) => product * n, 1)
  const places = kernel.reduced.reduce((product, n) => product * n, 1)
  const nanoseconds = (width === 1 ? 0.5 : 0.05) * placeWeight(kernel, layout.vector) * places
  return {
    key: keyOf(kernel, operandOf),
    outer,
    grain: layout.along === 'kept' ? 16 : 1,
    cost: nanoseconds + (layout.along === 'reduced' ? 10 : 0),
    emit: (module) =>
      module.function('fused', phaseParameters, null, (code, table, from, to) => {
        const lanes = width === 1 ? scalarLanes(module, code) : vectorLanes(module, code, features)
        new Emitter(code, lanes, plan).run(table, from, to)
      }),
  }
}

/** Bytes that one kept line takes for a row, or for a block of rows in lanes. */
function scratchOfLine({ along, nest, sizes, vector }: Layout, width: number, unroll: number): number {
  let vectors = along === 'kept' ? unroll : 1
  for (const axis of nest) {
    const size = sizes[axis] ?? 1
    vectors *= axis === vector ? Math.ceil(size / width) : size
  }
  return vectors * (width === 1 ? 8 : 16)
}

/** The kernel without the numbers of its buffers: equal for kernels that are the same code. */
function keyOf(kernel: FusedKernel, operandOf: ReadonlyMap<number, number>): string {
  const rename = (_: string, value: unknown): unknown => {
    if (typeof value === 'number' && (Object.is(value, -0) || !Number.isFinite(value))) {
      return Object.is(value, -0) ? '-0' : String(value)
    }
    if (typeof value !== 'object' || value === null || !('buffer' in value)) return value
    const access = value as Access
    return { ...access, buffer: undefined, operand: operandOf.get(access.buffer) }
  }
  return `fused ${JSON.stringify(kernel, rename)}`
}
