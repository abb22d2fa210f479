import { OpError, type Plan, StepError } from '@samkit/core'
import type { GpuMode } from '../mode.ts'

/**
 * Refuses what gpu.js cannot compute.
 *
 * @throws StepError for `f64`.
 */
export function checkPlan({ steps, values }: Plan, mode: GpuMode): void {
  for (const [i, { primitive, inputs, output }] of steps.entries()) {
    const isDouble = [...inputs, output].some((id) => values[id]?.dtype === 'f64')
    if (!isDouble) continue
    const problem = `gpu.js (${mode}) computes bool, i32 and f32, not f64; cast it to f32, or compute it on the wasm or reference backend`
    throw new StepError(i, new OpError(primitive.name, problem))
  }
}
