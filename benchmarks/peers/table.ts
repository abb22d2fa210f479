import { format } from '../suite.ts'
import { figuresOf, productRate } from './figures.ts'
import type { Limits } from './limits.ts'
import type { Entrant, Row } from './measure.ts'

const percent = (share: number | null): string => (share === null ? '' : `${(100 * share).toFixed(0)} %`)
const number = (value: number | null): string => (value === null ? '–' : format(value))
const verdict = (reached: boolean | null): string => (reached === null ? '' : reached ? 'yes' : 'no')

/** A table with columns as wide as what is in them; numbers to the right. */
function formatTable(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  return lines
    .map((line) =>
      line
        .map((text, column) =>
          column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n')
}

/** Everything that was timed: milliseconds at best, ratios to the faster peer, shares of the machine's limits. */
export function resultTable(
  rows: readonly Row[],
  entrants: readonly Pick<Entrant, 'name'>[],
  limits: Limits,
): string {
  const head = [
    'ms a run, at best',
    ...entrants.map(({ name }) => name),
    '× peer',
    'rate',
    'of limit',
    'target',
    'met',
  ]
  const product = productRate(rows)
  const lines = rows.map((row) => {
    const { ratio, speed, share, target, reached } = figuresOf(row, limits, product)
    const unit = row.workload.operations === null ? 'GB/s' : 'GFLOP/s'
    return [
      row.workload.title,
      ...row.timings.map(({ best }) => number(best)),
      ratio === null ? '' : `${ratio.toFixed(2)} ×`,
      speed === null ? '' : `${format(speed)} ${unit}`,
      percent(share),
      target,
      verdict(reached),
    ]
  })
  return formatTable([head, ...lines])
}

/** Why a contestant has no number somewhere. */
export function refusals(rows: readonly Row[]): string[] {
  return rows.flatMap(({ workload, timings }) =>
    timings.flatMap(({ contestant, reason }) =>
      reason === null ? [] : [`${contestant} has no number for ${workload.name}: ${reason}`],
    ),
  )
}
