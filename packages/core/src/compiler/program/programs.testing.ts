import type { DType, HostArray, TypedArray } from '../../graph/dtype.ts'
import { fromOwned } from '../../graph/leaf.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { randomNumbers } from '../../ops/cases/values.ts'
import { firstDifference } from '../../ops/testing/compare.testing.ts'
import { makePlan, type Plan, schedule } from '../plan.ts'
import { interpretProgram } from './interpret.ts'
import { type LowerOptions, lower } from './lower.ts'
import type { Program } from './program.ts'

/** The plan that computes tensors, and the values of its inputs. */
export function planOf(roots: readonly Tensor[]): {
  readonly plan: Plan
  readonly inputs: readonly TypedArray[]
} {
  const nodes = roots.map(({ node }) => node)
  const order = schedule(nodes)
  const inputs = order.flatMap(({ storage }) => (storage === null ? [] : [storage.hostData as TypedArray]))
  return { plan: makePlan(nodes, order).plan, inputs }
}

/** The program that computes tensors. */
export function programOf(roots: readonly Tensor[], options: LowerOptions = {}): Program {
  return lower(planOf(roots).plan, options)
}

/** The values of tensors, computed by their program. */
export function computed(
  roots: readonly Tensor[],
  options: LowerOptions = {},
  splits: number = 3,
): TypedArray[] {
  const { plan, inputs } = planOf(roots)
  return interpretProgram(lower(plan, options), inputs, { splits })
}

/** Where values differ from what they should be by more than rounding in another order explains, in words. */
export function firstGap(actual: readonly TypedArray[], expected: readonly HostArray[]): string | undefined {
  for (const [i, right] of expected.entries()) {
    const scale = Math.max(1e-300, ...Array.from(right.data, Math.abs).filter(Number.isFinite))
    const far = (value: number, place: number): boolean =>
      !(Math.abs(value - right.data[place]!) <= 1e-12 * scale)
    const found = actual[i]!
    const gap = firstDifference(found, right, { ulps: 256, signedZero: false })
    if (gap !== undefined && Array.from(found).some(far)) return `output ${i}: ${gap}`
  }
  return undefined
}

/** A tensor of small numbers, all different. */
export function numbers(shape: readonly number[], seed: number, dtype: DType = 'f64'): Tensor {
  const random = randomNumbers(seed)
  const data = dtype === 'f64' ? new Float64Array(sizeOf(shape)) : new Float32Array(sizeOf(shape))
  for (let i = 0; i < data.length; i++) data[i] = 2 * random() - 1
  return fromOwned(data, shape, dtype)
}
