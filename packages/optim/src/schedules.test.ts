import { describe, expect, it } from 'vitest'
import { valueAt } from './schedule.ts'
import {
  constantSchedule,
  cosine,
  linearSchedule,
  oneCycle,
  polynomial,
  proportional,
  sequence,
  warmup,
} from './schedules.ts'

describe('schedules', () => {
  it('stay at their last value', () => {
    expect(cosine(1, { steps: 10, to: 0.1 })(1000)).toBe(0.1)
    expect(linearSchedule(1, 0, 10)(11)).toBe(0)
    expect(polynomial(1, { steps: 10, power: 3 })(11)).toBe(0)
    expect(oneCycle(1, { steps: 10 })(100)).toBeCloseTo(1 / 25e4, 12)
  })

  it('warm up to the schedule that follows, and then begin it', () => {
    const lr = warmup(4, cosine(1, { steps: 10 }))
    expect([0, 1, 2, 3, 4].map(lr)).toEqual([0, 0.25, 0.5, 0.75, 1])
    expect(lr(14)).toBe(0)
  })

  it('follow one another, each from its own beginning', () => {
    const lr = sequence(
      { schedule: 1, steps: 2 },
      { schedule: (step) => 10 + step, steps: 3 },
      { schedule: linearSchedule(5, 0, 5) },
    )
    expect([0, 1, 2, 3, 4, 5, 6, 10, 11].map(lr)).toEqual([1, 1, 10, 11, 12, 5, 4, 0, 0])
  })

  it('rise from step 0 also where the way up is shorter than a step', () => {
    expect([0, 1, 9].map(oneCycle(1, { steps: 10, rise: 0.1 })).every(Number.isFinite)).toBe(true)
  })

  it('let rho follow the learning rate, and take the upper end where that is constant', () => {
    const rho = proportional(linearSchedule(1, 0, 4), { low: 0, high: 1, from: 0.1, to: 0.5 })
    expect([0, 2, 4].map(rho)).toEqual([0.5, 0.30000000000000004, 0.1])
    expect(proportional(constantSchedule(1), { low: 1, high: 1, from: 0.1, to: 0.5 })(7)).toBe(0.5)
  })

  it('are refused where they give no number, naming the step', () => {
    expect(() => valueAt(() => Number.NaN, 3)).toThrow('a schedule gives NaN at step 3')
    expect(() => cosine(1, { steps: 0 })).toThrow('cosine: steps must be a whole number of at least 1, got 0')
    expect(() => oneCycle(1, { steps: 9, rise: 1 })).toThrow('oneCycle: rise must be in (0, 1), got 1')
  })
})
