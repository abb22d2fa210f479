import { bytesPerElement } from '../../graph/dtype.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { checkTensor } from '../../ops/check.ts'
import { planFor } from '../plan-for.ts'
import { rewritePlan } from '../rewrite/rewrite.ts'
import { costOf, totalCost } from './cost.ts'
import { formulaOf } from './formula.ts'
import type { Guard } from './kernel.ts'
import { lower } from './lower.ts'
import type { Buffer, Program } from './program.ts'

/**
 * What a compiling backend would run to read these tensors, as a table: the kernels with what they compute, do and move,
 * the memory they work in, and where threads wait for one another. Kernels in one task run on the same share of the work;
 * `─` is a barrier, and `if` names the bool that a kernel is skipped by. Buffers are `i` (input), `o` (output) or `s` (scratch) with a number. Runs nothing.
 *
 * @example
 * console.log(explainPlan(layerNorm(x)))
 */
export function explainPlan(...tensors: readonly Tensor[]): string {
  checkTensor('explainPlan', ...tensors)
  const plan = planFor(...tensors)
  if (plan === null) return 'nothing to run: the values are there'
  return `${plural(plan.steps.length, 'step')}; ${programText(lower(rewritePlan(plan).plan))}`
}

/** A program as a table. */
export function programText(program: Program): string {
  const { buffers, tasks, scratchBytes, peakBytes } = program
  const nameOf = (buffer: number): string => nameOfBuffer(buffers, buffer)
  const rows: (readonly string[] | null)[] = []
  for (const [t, { kernels, guards, barrier }] of tasks.entries()) {
    if (barrier && t > 0) rows.push(null)
    for (const [i, kernel] of kernels.entries()) {
      const { operations, bytesRead, bytesWritten } = costOf(kernel, program)
      const numbers = [count(operations), bytes(bytesRead), bytes(bytesWritten)]
      rows.push([
        i === 0 ? `${t + 1}` : '',
        ...numbers,
        guardText(guards[i] ?? null, nameOf) + formulaOf(kernel, nameOf),
      ])
    }
  }
  const { operations, bytesRead, bytesWritten } = totalCost(program)
  const kernels = tasks.reduce((sum, task) => sum + task.kernels.length, 0)
  const barriers = rows.filter((row) => row === null).length
  return [
    `${plural(kernels, 'kernel')} in ${plural(tasks.length, 'task')}, ${plural(barriers, 'barrier')} between them`,
    `${count(operations)} operations, ${bytes(bytesRead)} read, ${bytes(bytesWritten)} written; ` +
      `${bytes(scratchBytes)} of scratch, ${bytes(peakBytes)} with inputs and outputs`,
    '',
    ...table(['task', 'ops', 'read', 'written', 'kernel'], rows),
    '',
    ...table(
      ['buffer', 'dtype', 'elements', 'bytes', 'place'],
      buffers.map((buffer, i) => bufferRow(buffer, nameOf(i))),
    ),
  ].join('\n')
}

function guardText(guard: Guard | null, nameOf: (buffer: number) => string): string {
  if (guard === null) return ''
  const { buffer, offset, sense } = guard
  return `if ${sense ? '' : 'not '}${nameOf(buffer)}[${offset}]: `
}

function nameOfBuffer(buffers: readonly Buffer[], buffer: number): string {
  const kind = buffers[buffer]?.kind ?? 'scratch'
  return `${kind[0]}${buffer}`
}

function bufferRow(buffer: Buffer, name: string): string[] {
  const { dtype, size } = buffer
  const place =
    buffer.kind === 'input'
      ? `input ${buffer.input}`
      : buffer.kind === 'output'
        ? `output ${buffer.output}`
        : `at ${buffer.start}`
  return [name, dtype, String(size), bytes(size * bytesPerElement(dtype)), place]
}

/** Columns as wide as their widest entry, numbers to the right; null is a line across. */
function table(head: readonly string[], rows: readonly (readonly string[] | null)[]): string[] {
  const all = [head, ...rows.flatMap((row) => (row === null ? [] : [row]))]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const last = head.length - 1
  const line = (row: readonly string[]): string =>
    row.map((text, column) => (column === last ? text : text.padStart(widths[column] ?? 0))).join('  ')
  return [head, ...rows].map((row) =>
    row === null ? '─'.repeat(widths.slice(0, last).reduce((a, b) => a + b + 2, 0)) : line(row),
  )
}

function plural(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}

const units = ['', 'k', 'M', 'G', 'T']

/** A count in three digits: `1.57M`. */
function count(n: number): string {
  const unit = n < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3))
  return `${Number((n / 1000 ** unit).toPrecision(3))}${units[unit]}`
}

/** Bytes in three digits: `12 B`, `1.5 KiB`. */
function bytes(n: number): string {
  if (n < 1024) return `${n} B`
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(n) / 10))
  return `${Number((n / 1024 ** unit).toPrecision(3))} ${units[unit]?.toUpperCase()}iB`
}
