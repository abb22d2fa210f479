import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format } from '../suite.ts'
import type { Extras } from './extras.ts'
import { figuresOf, productRate } from './figures.ts'
import type { Limits } from './limits.ts'
import type { Machine } from './machine.ts'
import type { Entrant, Row } from './measure.ts'
import { refusals, resultTable } from './table.ts'

/** All that one run of the bench found out. */
export interface Report {
  readonly date: string
  readonly machine: Machine
  readonly limits: Limits
  readonly contestants: readonly Omit<Entrant, 'child'>[]
  readonly rows: readonly Row[]
  readonly extras: Extras | null
}

const pair = ([one, two]: readonly [number, number]): string => `${format(one)} and ${format(two)}`

/** What the machine is and can do. */
export function machineText({ machine, limits }: Pick<Report, 'machine' | 'limits'>): string {
  const { processor, cores, memoryGiB, node, relaxedSimd, load } = machine
  return [
    `${processor}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, relaxed SIMD: ${relaxedSimd ? 'yes' : 'no'}`,
    load > 0.2 ? `Other programs ran at the start (load ${load} a core): what follows says little.` : '',
    `With 1 and 2 threads: arithmetic on registers ${pair(limits.rate)} GFLOP/s,`,
    `  copying ${pair(limits.copy)} GB/s, triad ${pair(limits.triad)} GB/s`,
  ]
    .filter((line) => line !== '')
    .join('\n')
}

function extrasText({ startUp, memory, overhead }: Extras, rows: readonly Row[]): string[] {
  const step = rows
    .find(({ workload }) => workload.name === 'vit64')
    ?.timings.find(({ contestant }) => contestant === 'samkit')?.best
  const share =
    overhead === null || step == null ? '' : `, ${((100 * overhead) / step).toFixed(1)} % of a step`
  return [
    startUp === null
      ? ''
      : `From the start of Node to the first step of ViT d192: ${format(startUp)} ms (target 2,000)`,
    memory === null
      ? ''
      : `Held after 100 and 1,000 steps of the MLP: ${pair([memory.early.held, memory.late.held])} MB ` +
        `(resident ${pair([memory.early.resident, memory.late.resident])} MB)`,
    overhead === null
      ? ''
      : `Graph and look-up in a step of ViT d64: ${format(overhead)} ms${share} (target 3 %)`,
  ].filter((line) => line !== '')
}

/** The report as people read it. */
export function reportText(report: Report): string {
  const { contestants, rows, limits, extras } = report
  return [
    ...contestants.map(({ name, version, how }) => `${name} ${version}: ${how}`),
    '',
    resultTable(rows, contestants, limits),
    '',
    ...(extras === null ? [] : extrasText(extras, rows)),
    ...refusals(rows),
  ].join('\n')
}

/** Writes the report to benchmarks/results, named by its date; gives the file's path. */
export function keep(report: Report): string {
  const folder = new URL('../results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const file = new URL(`${report.date.slice(0, 16).replaceAll(':', '')}.json`, folder)
  const product = productRate(report.rows)
  const rows = report.rows.map((row) => ({ ...row, figures: figuresOf(row, report.limits, product) }))
  writeFileSync(file, `${JSON.stringify({ ...report, rows }, null, 2)}\n`)
  return fileURLToPath(file)
}
