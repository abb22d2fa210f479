import { formatLoss, formatNumber } from '../format.ts'
import type { Row, Spread, Summary } from './summary.ts'

/** A column of the table. */
export interface Column {
  readonly head: string
  readonly cell: (row: Row) => string
}

/** `93.21 ± 0.12`, or the mean alone of a single number. */
function withDeviation({ mean, deviation }: Spread, format: (value: number) => string): string {
  return deviation === null ? format(mean) : `${format(mean)} ± ${format(deviation)}`
}

const percent = (value: number): string => (100 * value).toFixed(2)
const short = (value: number): string => formatNumber(Number(value.toPrecision(3)))
const maybe = (value: Spread | null): string => (value === null ? '–' : withDeviation(value, short))

/** The columns of a comparison's table, as text. */
export function columns({ baseline }: Summary): readonly Column[] {
  return [
    { head: 'optimizer', cell: ({ title }) => title },
    { head: 'seeds', cell: ({ seeds }) => String(seeds.length) },
    { head: 'test accuracy, %', cell: ({ testAccuracy }) => withDeviation(testAccuracy, percent) },
    { head: 'test loss', cell: ({ testLoss }) => withDeviation(testLoss, formatLoss) },
    { head: 'cost in passes', cell: ({ cost }) => cost.mean.toFixed(2) },
    { head: 'ms a step', cell: ({ millisecondsPerStep }) => short(millisecondsPerStep.mean) },
    {
      head: baseline === null ? 'relative time' : `time / ${baseline}`,
      cell: ({ relativeTime }) => (relativeTime === null ? '–' : relativeTime.toFixed(2)),
    },
    { head: 'largest eigenvalue', cell: ({ largestEigenvalue }) => maybe(largestEigenvalue) },
    { head: 'ε-sharpness', cell: ({ epsilonSharpness }) => maybe(epsilonSharpness) },
  ]
}
