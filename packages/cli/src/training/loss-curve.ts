/** Most points a {@link LossCurve} keeps; an even number. */
const mostPoints = 400

/** The loss of every step so far, in buckets of as many steps as it takes to keep the number of points small. */
export interface LossCurve {
  /** Steps in each full bucket, a power of two. */
  readonly stepsPerPoint: number
  /** Mean loss of each full bucket. */
  readonly points: readonly number[]
  /** Sum of the losses in the bucket being filled, and how many. */
  readonly open: { readonly sum: number; readonly count: number }
}

/** The curve before the first step. */
export const emptyCurve: LossCurve = { stepsPerPoint: 1, points: [], open: { sum: 0, count: 0 } }

/** The curve with one more step's loss. */
export function addLoss({ stepsPerPoint, points, open }: LossCurve, loss: number): LossCurve {
  const sum = open.sum + loss
  const count = open.count + 1
  if (count < stepsPerPoint) return { stepsPerPoint, points, open: { sum, count } }
  const longer = [...points, sum / count]
  const empty = emptyCurve.open
  if (longer.length < mostPoints) return { stepsPerPoint, points: longer, open: empty }
  const halved = longer
    .filter((_, i) => i % 2 === 1)
    .map((value, i) => ((longer[2 * i] ?? value) + value) / 2)
  return { stepsPerPoint: 2 * stepsPerPoint, points: halved, open: empty }
}

/** The curve as points: the mean loss of each bucket, at the step in its middle. */
export function curvePoints({ stepsPerPoint, points }: LossCurve): { step: number; loss: number }[] {
  return points.map((loss, i) => ({ step: (i + 0.5) * stepsPerPoint, loss }))
}
