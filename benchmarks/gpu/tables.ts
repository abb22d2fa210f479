import { format } from '../suite.ts'
import type { GpuRow, GpuTiming, Times } from './measure.ts'
import type { Entrant } from './page-types.ts'
import type { PlainKernelTime } from './plain-kernels.ts'

/** Which of a contestant's times to show. */
type Column = (timing: GpuTiming) => Times | null

/** A table in Markdown: words to the left, numbers to the right. */
function table(lines: readonly (readonly string[])[]): string {
  const [head = [], ...body] = lines
  const widths = head.map((_, i) => Math.max(3, ...lines.map((line) => line[i]?.length ?? 0)))
  const row = (line: readonly string[]): string =>
    `| ${line.map((text, i) => (i === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[i] ?? 0))).join(' | ')} |`
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [row(head), row(rule), ...body.map(row)].join('\n')
}

const cell = (times: Times | null): string =>
  times === null ? '–' : `${format(times.best)} (${format(times.median)})`

/** One workload a line, one contestant a column. */
export function timesTable(
  rows: readonly GpuRow[],
  contestants: readonly Entrant[],
  title: string,
  of: Column,
): string {
  const lines = rows.map(({ name, timings }) => [
    name,
    ...contestants.map((one) => {
      const timing = timings.find(({ contestant }) => contestant === one.name)
      return cell(timing === undefined ? null : of(timing))
    }),
  ])
  return table([[title, ...contestants.map(({ name }) => name)], ...lines])
}

/** Who is compared with whom: samkit's mode, and the peers of which the fastest counts. */
const pairs: readonly (readonly [title: string, own: string, peers: RegExp])[] = [
  ['webgpu', 'samkit webgpu', /webgpu$/],
  ['webgl', 'samkit webgl2', /webgl$/],
  ['webgpu, any peer', 'samkit webgpu', /./],
]

function ratio({ timings }: GpuRow, own: string, peers: RegExp, of: Column): string {
  const best = (timing: GpuTiming): number => of(timing)?.best ?? 0
  const mine = timings.filter(({ contestant }) => contestant === own).map(best)[0] ?? 0
  const theirs = timings
    .filter(({ contestant }) => !contestant.startsWith('samkit') && peers.test(contestant))
    .map(best)
    .filter((time) => time > 0)
  return mine > 0 && theirs.length > 0 ? (Math.min(...theirs) / mine).toFixed(2) : '–'
}

/** How many times as long as samkit the fastest peer takes, host to host and on the device. */
export function ratioTable(rows: readonly GpuRow[]): string {
  const columns: readonly (readonly [string, Column])[] = [
    ['', ({ call }) => call],
    [' on the device', ({ resident }) => resident],
  ]
  const head = columns.flatMap(([suffix]) => pairs.map(([title]) => `${title}${suffix}`))
  const lines = rows.map((row) => [
    row.name,
    ...columns.flatMap(([, of]) => pairs.map(([, own, peers]) => ratio(row, own, peers, of))),
  ])
  return table([['peer / samkit', ...head], ...lines])
}

/** Kernels of gpu.js written by hand, one a line and a mode a column; milliseconds at best. */
export function kernelTable(times: readonly PlainKernelTime[]): string {
  const modes = [...new Set(times.map(({ mode }) => mode))]
  const names = [...new Set(times.map(({ name }) => name))]
  const lines = names.map((name) => [
    name,
    ...modes.map((mode) => {
      const found = times.find((one) => one.name === name && one.mode === mode)
      return found === undefined ? '–' : format(found.best)
    }),
  ])
  return table([['gpu.js by hand', ...modes], ...lines])
}
