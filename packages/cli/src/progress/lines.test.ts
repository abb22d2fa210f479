import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { someMetrics } from '../report/record.testing.ts'
import { emptyState, emptyTally, type RunState } from '../training/state.ts'
import { standing } from './estimate.ts'
import { lineProgress } from './lines.ts'
import type { RunOutline } from './progress.ts'

/** Ten epochs of ten steps of ten images; a test of 30 images. */
const outline: RunOutline = { totalSteps: 100, stepsPerEpoch: 10, trainImages: 100, testImages: 30 }

/** A run some steps into its first epoch, of a tenth of a second each. */
function after(steps: number): RunState {
  const seconds = steps / 10
  const tally = { ...emptyTally, steps, images: 10 * steps, loss: 5 * steps, correct: 8 * steps, seconds }
  return { ...emptyState, tally, seconds }
}

test('the time left counts the steps to come and, at a third of their price, the tests to come', () => {
  expect(standing(outline, after(4))).toEqual({
    epoch: 1,
    epochs: 10,
    step: 4,
    steps: 100,
    loss: 0.5,
    accuracy: 0.8,
    examplesPerSecond: 100,
    secondsLeft: expect.closeTo(96 / 10 + (10 * (30 * 0.01)) / 3, 9),
  })
})

test('a test that was timed is counted at its own price', () => {
  const state: RunState = { ...after(5), epochs: [{ ...someMetrics(1), trainSeconds: 1 }], seconds: 1.5 + 4 }
  expect(standing(outline, state).secondsLeft).toBeCloseTo(85 / 10 + 9 * 4, 9)
})

test('a last epoch cut short counts as one', () => {
  expect(standing({ ...outline, totalSteps: 11 }, after(1)).epochs).toBe(2)
})

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('lines come at once seldom: after five seconds, then every ten, and more seldom in a long run', () => {
  const lines: [second: number, line: string][] = []
  let second = 0
  const progress = lineProgress(outline, (line) => lines.push([second, line]))
  for (second = 1; second <= 2000; second++) {
    vi.advanceTimersByTime(1000)
    progress.step(after(4))
  }
  const times = lines.map(([at]) => at)
  expect(times.slice(0, 4)).toEqual([5, 15, 25, 35])
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0))
  expect(Math.max(...gaps)).toBe(60)
  expect(gaps).toEqual([...gaps].sort((a, b) => a - b))
  expect(lines[0]?.[1]).toBe('epoch 1/10  step 4/100  loss 0.5000  accuracy 80.0 %  100 images/s  11 s left')
})
