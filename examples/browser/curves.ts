import type { Point } from './chart.ts'

/** Points on a curve that is drawn: more would not be seen. */
const most = 240

/** The curve in at most so many points, each the mean of as many neighbours. */
export function thinned(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / most)
  const groups = Array.from({ length: Math.ceil(points.length / Math.max(1, size)) }, (_, i) =>
    points.slice(i * size, (i + 1) * size),
  )
  return groups.map((group) => [mean(group.map(([step]) => step)), mean(group.map(([, value]) => value))])
}

/** Running means of the last values, which show where a noisy curve goes. */
export function smoothed(points: readonly Point[], window = 20): Point[] {
  let sum = 0
  return points.map(([step, value], i) => {
    sum += value - (points[i - window]?.[1] ?? 0)
    return [step, sum / Math.min(i + 1, window)]
  })
}

/** The middle of the values; of two, the upper. NaN where there are none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
