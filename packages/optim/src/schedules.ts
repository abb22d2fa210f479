import type { Schedule } from './schedule.ts'
import { checkCount, valueAt } from './schedule.ts'

/*
 * Hyper-parameters over time: pure functions of the step, 0 for the first one, in the closed forms of
 * `torch.optim.lr_scheduler`. Where PyTorch's would go on beyond their last step (a cosine rises again), these stay.
 */

/** A function of the step. */
export type StepFunction = (step: number) => number

/** The same value at every step. */
export function constantSchedule(value: number): StepFunction {
  return () => value
}

/** From `from` to `to` in a straight line of `steps` steps, and `to` from then on (`LinearLR`). */
export function linearSchedule(from: number, to: number, steps: number): StepFunction {
  checkCount('linearSchedule', 'steps', steps)
  return (step) => from + (to - from) * Math.min(1, step / steps)
}

/**
 * From `from` to `to` along half a cosine wave of `steps` steps, and `to` from then on (`CosineAnnealingLR`; Loshchilov &
 * Hutter, 2017).
 */
export function cosine(
  from: number,
  { steps, to = 0 }: { readonly steps: number; readonly to?: number },
): StepFunction {
  checkCount('cosine', 'steps', steps)
  return (step) => to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, step / steps)))) / 2
}

/** `value`, times `factor` (default 0.1) every `every` steps (`StepLR`). */
export function stepDecay(
  value: number,
  { every, factor = 0.1 }: { readonly every: number; readonly factor?: number },
): StepFunction {
  checkCount('stepDecay', 'every', every)
  return (step) => value * factor ** Math.floor(step / every)
}

/** `value`, times `factor` (default 0.1) from each of the steps `at` on (`MultiStepLR`). */
export function multiStep(
  value: number,
  { at, factor = 0.1 }: { readonly at: readonly number[]; readonly factor?: number },
): StepFunction {
  return (step) => value * factor ** at.filter((milestone) => milestone <= step).length
}

/** `value`, times `factor` at every step (`ExponentialLR`). */
export function exponential(value: number, factor: number): StepFunction {
  return (step) => value * factor ** step
}

/** From `value` to 0 in `steps` steps as a power of what remains, and 0 from then on (`PolynomialLR`). Default power 1. */
export function polynomial(
  value: number,
  { steps, power = 1 }: { readonly steps: number; readonly power?: number },
): StepFunction {
  checkCount('polynomial', 'steps', steps)
  return (step) => value * (1 - Math.min(1, step / steps)) ** power
}

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** Steps altogether, at least 2. */
  readonly steps: number
  /** The share of them that goes up, in (0, 1). Default 0.3. */
  readonly rise?: number
  /** The highest value over the first one. Default 25. */
  readonly divide?: number
  /** The first value over the last one. Default 1e4. */
  readonly finalDivide?: number
  /** The shape of both ways. Default `'cosine'`. */
  readonly shape?: 'cosine' | 'linear'
}

/** Up to `highest` and down to next to nothing (`OneCycleLR`, its two phases; Smith & Topin, 2018). */
export function oneCycle(highest: number, options: OneCycleOptions): StepFunction {
  const { steps, rise = 0.3, divide = 25, finalDivide = 1e4, shape = 'cosine' } = options
  checkCount('oneCycle', 'steps', steps)
  if (!(rise > 0 && rise < 1)) throw new RangeError(`oneCycle: rise must be in (0, 1), got ${rise}`)
  const first = highest / divide
  const last = first / finalDivide
  const top = rise * steps - 1
  const end = steps - 1
  const between = (from: number, to: number, share: number): number =>
    shape === 'linear' ? from + (to - from) * share : to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share))
  return (step) => {
    if (step < top) return between(first, highest, step / top)
    return between(highest, last, Math.min(1, (step - top) / (end - top)))
  }
}

/** One piece of a {@link sequence}: a schedule and for how many steps it counts. */
export interface Piece {
  readonly schedule: Schedule
  readonly steps: number
}

/** Schedules one after the other, each counting its steps from 0 (`SequentialLR`); the last one has no end. */
export function sequence(...pieces: readonly [...Piece[], { readonly schedule: Schedule }]): StepFunction {
  return (step) => {
    let left = step
    for (const piece of pieces) {
      const steps = 'steps' in piece ? piece.steps : Number.POSITIVE_INFINITY
      if (left < steps) return valueAt(piece.schedule, left)
      left -= steps
    }
    throw new RangeError('sequence: the last schedule has no end, so it takes no `steps`')
  }
}

/**
 * A linear rise over the first `steps` steps, from `from` times the schedule's first value (default 0) up to it, and then
 * the schedule from its beginning.
 *
 * @example
 * sgd({ lr: warmup(500, cosine(0.1, { steps: 9500 })) })
 */
export function warmup(
  steps: number,
  then: Schedule,
  { from = 0 }: { readonly from?: number } = {},
): StepFunction {
  checkCount('warmup', 'steps', steps)
  const first = valueAt(then, 0)
  return sequence({ schedule: linearSchedule(from * first, first, steps), steps }, { schedule: then })
}

/**
 * A schedule that follows another in proportion: at `low` and `high` of the one it is at `from` and `to`. GSAM lets ρ fall
 * with the learning rate so (Zhuang et al., 2022). Where the other never changes, `low = high`, it is `to`.
 *
 * @example
 * gsam(adamW({ lr }), { rho: proportional(lr, { low: 0, high: 3e-3, from: 0.1, to: 0.6 }) })
 */
export function proportional(
  other: Schedule,
  {
    low,
    high,
    from,
    to,
  }: { readonly low: number; readonly high: number; readonly from: number; readonly to: number },
): StepFunction {
  if (high === low) return constantSchedule(to)
  return (step) => from + ((to - from) * (valueAt(other, step) - low)) / (high - low)
}
