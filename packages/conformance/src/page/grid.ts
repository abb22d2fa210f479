import type { DType } from '@samkit/core'
import type { Cell } from '../check.ts'
import { type Worst, worseOf } from '../compare/compare.ts'
import type { ConformanceReport } from '../report.ts'
import type { Fault } from '../verdict.ts'

/** What the report says of one primitive in one dtype, over all sections. */
export interface GridCell {
  readonly cases: number
  readonly worst: Worst
  readonly faults: readonly Fault[]
}

/** What the report says of one primitive. */
export interface GridRow {
  readonly primitive: string
  readonly cells: Readonly<Partial<Record<DType, GridCell>>>
}

function joined(cells: readonly Cell[]): GridCell | undefined {
  const [first, ...rest] = cells
  if (first === undefined) return undefined
  return {
    cases: cells.reduce((sum, { cases }) => sum + cases, 0),
    worst: rest.reduce((worst, cell) => worseOf(worst, cell.worst), first.worst),
    faults: cells.flatMap(({ fault }) => fault ?? []),
  }
}

/** The cells of a report, those of one primitive and dtype joined, in the order of the primitive table. */
export function gridOf({ grid }: ConformanceReport): GridRow[] {
  const names = [...new Set(grid.map(({ primitive }) => primitive))]
  return names.map((primitive) => {
    const own = grid.filter((cell) => cell.primitive === primitive)
    const cells: Partial<Record<DType, GridCell>> = {}
    for (const dtype of ['bool', 'i32', 'f32', 'f64'] as const) {
      const cell = joined(own.filter((one) => one.dtype === dtype))
      if (cell !== undefined) cells[dtype] = cell
    }
    return { primitive, cells }
  })
}

/** The largest error of a cell in a word or two: nothing where results are the same bits. */
export function errorText({ units, allowed }: Worst): string {
  if (units === 0) return allowed === 0 ? 'exact' : `0 of ${rounded(allowed)}`
  if (units >= 2 ** 53) return 'wrong'
  return `${rounded(units)} of ${rounded(allowed)}`
}

function rounded(x: number): string {
  return x >= 1000 ? x.toExponential(1) : String(Number(x.toPrecision(2)))
}

/** The largest errors as text: a line for each primitive that is not exact, and one for all others. */
export function gridText(report: ConformanceReport): string {
  const dtypes = report.capabilities.dtypes
  const rows = gridOf(report)
  if (rows.length === 0) return 'no primitive was looked at by itself'
  const shown = rows.flatMap(({ primitive, cells }) => {
    const told = dtypes.map((dtype) => {
      const cell = cells[dtype]
      if (cell === undefined) return '–'
      return cell.faults.length > 0 ? 'wrong' : errorText(cell.worst)
    })
    return told.every((text) => text === 'exact' || text === '–') ? [] : [[primitive, ...told]]
  })
  const exact = rows.length - shown.length
  const widths = ['primitive', ...dtypes].map((head, i) =>
    Math.max(head.length, ...shown.map((row) => row[i]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return [
    'largest errors, in units of the last place, of what is allowed:',
    line(['primitive', ...dtypes]),
    ...shown.map(line),
    `${exact} more of ${rows.length} primitives: exact`,
  ].join('\n')
}
