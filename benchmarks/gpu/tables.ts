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

function fastest({ timings }: GpuRow, own: boolean, of: Column): GpuTiming | null {
  const able = timings.filter(
    (timing) => timing.contestant.startsWith('samkit') === own && of(timing) !== null,
  )
  return able.sort((a, b) => (of(a)?.best ?? 0) - (of(b)?.best ?? 0))[0] ?? null
}

/** The fastest of samkit's modes beside the fastest peer. */
export function ratioTable(rows: readonly GpuRow[]): string {
  const compared = (row: GpuRow, of: Column): string[] => {
    const [own, peer] = [fastest(row, true, of), fastest(row, false, of)]
    const [mine, theirs] = [own && of(own)?.best, peer && of(peer)?.best]
    if (!own || !peer || !mine || !theirs) return [own?.contestant ?? '–', peer?.contestant ?? '–', '–']
    return [own.contestant, peer.contestant, (theirs / mine).toFixed(2)]
  }
  const head = [
    'fastest',
    'samkit',
    'peer',
    'peer / samkit',
    'samkit, device',
    'peer, device',
    'peer / samkit',
  ]
  const lines = rows.map((row) => [
    row.name,
    ...compared(row, ({ call }) => call),
    ...compared(row, ({ resident }) => resident),
  ])
  return table([head, ...lines])
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
