import { type DType, primitives } from '@samkit/core'
import type { ConformanceReport } from '../report.ts'
import type { Fault } from '../verdict.ts'
import { errorText, type GridCell, gridOf } from './grid.ts'
import { element, type Html, joined, text } from './html.ts'

const style = `
:root { color-scheme: light dark; --ink: light-dark(#1c2330, #e6e9ee); --soft: light-dark(#566072, #a3adbb);
  --page: light-dark(#fff, #14171c); --rule: light-dark(#dde1e8, #343b46);
  --right: light-dark(#dff3e5, #17392a); --wrong: light-dark(#fbdedb, #54211d); }
body { margin: 0 auto; max-width: 80rem; padding: 1.5rem 1rem 3rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { color: var(--soft); max-width: 48rem; margin: .3rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; text-align: left; border-bottom: 1px solid var(--rule); vertical-align: top; }
tbody th { position: sticky; left: 0; background: var(--page); font-weight: 600; }
thead th { color: var(--soft); font-weight: 500; white-space: nowrap; }
td { white-space: nowrap; } td.right { background: var(--right); } td.wrong { background: var(--wrong); }
td.none { color: var(--soft); } td.text { white-space: normal; }
pre { overflow-x: auto; padding: .7rem; border: 1px solid var(--rule); font-size: 13px; white-space: pre; }
`

const dtypes: readonly DType[] = ['bool', 'i32', 'f32', 'f64']

/** A name to link a failure by. */
const anchor = (report: ConformanceReport, what: string): string =>
  `${report.backend}-${what}`.replaceAll(/[^\w-]+/g, '-')

function cellOf(
  report: ConformanceReport,
  primitive: string,
  dtype: DType,
  cell: GridCell | undefined,
): Html {
  if (cell === undefined) return element('td', { class: 'none' }, '–')
  const stated = report.statedBounds[primitive] === undefined ? '' : ' *'
  const title = `${cell.cases} examples`
  if (cell.faults.length === 0)
    return element('td', { class: 'right', title }, `${errorText(cell.worst)}${stated}`)
  const href = `#${anchor(report, `${primitive}-${dtype}`)}`
  return element('td', { class: 'wrong', title }, element('a', { href }, 'wrong'))
}

function grid(reports: readonly ConformanceReport[]): Html {
  const tables = reports.map((report) => {
    const columns = dtypes.filter((dtype) => report.capabilities.dtypes.includes(dtype))
    return { report, columns, rows: new Map(gridOf(report).map((row) => [row.primitive, row])) }
  })
  const names = primitives.map(({ name }) => name).filter((name) => tables.some(({ rows }) => rows.has(name)))
  const heads = tables.map(({ report, columns }) =>
    element('th', { colspan: String(columns.length), scope: 'colgroup' }, report.backend),
  )
  const under = tables.flatMap(({ columns }) =>
    columns.map((dtype) => element('th', { scope: 'col' }, dtype)),
  )
  const rows = names.map((name) => {
    const cells = tables.flatMap(({ report, columns, rows: own }) =>
      columns.map((dtype) => cellOf(report, name, dtype, own.get(name)?.cells[dtype])),
    )
    return element('tr', {}, element('th', { scope: 'row' }, name), joined(cells))
  })
  return element(
    'div',
    { class: 'scroll' },
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element('tr', {}, element('th', { rowspan: '2', scope: 'col' }, 'primitive'), joined(heads)),
        element('tr', {}, joined(under)),
      ),
      element('tbody', {}, joined(rows)),
    ),
  )
}

function sectionTable(report: ConformanceReport): Html {
  const names = [...new Set(report.checks.map(({ section }) => section))]
  const rows = names.map((section) => {
    const own = report.checks.filter((check) => check.section === section)
    const wrong = own.filter(({ faults }) => faults.length > 0).length
    const skipped = own.filter(({ skipped: why }) => why !== undefined).length
    const result = wrong > 0 ? `${wrong} of ${own.length} facts do not hold` : 'right'
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, section),
      element('td', { class: wrong > 0 ? 'wrong' : 'right' }, result),
      element(
        'td',
        {},
        own.reduce((sum, { cases }) => sum + cases, 0),
      ),
      element('td', {}, skipped),
    )
  })
  const heads = ['section', 'result', 'examples', 'skipped'].map((head) =>
    element('th', { scope: 'col' }, head),
  )
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, joined(heads))),
    element('tbody', {}, joined(rows)),
  )
}

function faultOf(fault: Fault): Html {
  const said = element('p', {}, fault.message)
  return fault.code === undefined ? said : joined([said, element('pre', {}, fault.code)])
}

function faultList(report: ConformanceReport): Html {
  const wrong = report.checks.filter(({ faults }) => faults.length > 0)
  const anchors = report.grid.flatMap(({ primitive, dtype, fault }) =>
    fault === undefined ? [] : [`${primitive}-${dtype}`],
  )
  const marks = [...new Set(anchors)].map((what) => element('a', { id: anchor(report, what) }))
  const parts = wrong.map((check) =>
    joined([element('h3', {}, `${check.section}: ${check.title}`), ...check.faults.map(faultOf)]),
  )
  return joined([...marks, ...parts])
}

function backendPart(report: ConformanceReport): Html {
  const { backend, right, runs, seed, programs, cases, seconds, statedBounds } = report
  const figures = `${cases} examples in ${programs} programs, ${runs} a property, seed ${seed}, ${seconds.toFixed(1)} s.`
  const stated = Object.entries(statedBounds).map(([name, bound]) => `${name} ${JSON.stringify(bound)}`)
  return joined([
    element('h2', {}, `${backend}: ${right ? 'right' : 'wrong'}`),
    element('p', {}, figures),
    ...(stated.length === 0
      ? []
      : [element('p', {}, `Bounds that it states itself (*): ${stated.join(', ')}.`)]),
    sectionTable(report),
    faultList(report),
  ])
}

/**
 * One page of HTML, with nothing to load: what every primitive's largest error is in every dtype on every backend, in units of
 * the last place and of what is allowed, and the smallest program for whatever is wrong.
 */
export function reportPage(reports: readonly ConformanceReport[]): string {
  const title = `Conformance of ${reports.map(({ backend }) => backend).join(', ')}`
  const body = joined([
    element('h1', {}, title),
    element(
      'p',
      {},
      'Every primitive on random examples, against the reference backend. A cell holds the largest error met and what is allowed there, in units of the last place of the result, or for sums of all terms together; “exact” means the same bits.',
    ),
    grid(reports),
    ...reports.map(backendPart),
  ])
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${text(title).html}</title>`,
    `<style>${style}</style>`,
    '</head>',
    `<body>${body.html}</body>`,
    '</html>',
    '',
  ].join('\n')
}
