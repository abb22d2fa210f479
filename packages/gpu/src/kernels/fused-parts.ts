import type { FusedKernel, Instruction } from '@samkit/core/compiler'
import { mostInputs } from './device-kernel.ts'

/** What a line of a fused kernel is made of. */
export function argsOf(line: Instruction | undefined): readonly number[] {
  if (line?.op === 'apply') return line.args
  return line?.op === 'reduce' ? [line.arg] : []
}

/**
 * The lines of a fused kernel that become kernels of their own, in order. A gpu.js kernel gives one number a thread, so
 * that is every line that is stored, what elements need of a whole row, every reduction that is needed twice or that several
 * `lanes` of threads share, what costs more to compute in each kernel again than to store, and, where one kernel would read
 * more arrays than devices grant, lines on the way.
 */
export function partsOf(kernel: FusedKernel, lanes: number): number[] {
  const { body, stores, reduced } = kernel
  const parts = new Set(stores.map(({ value }) => value))
  if (lanes > 1) for (const [line, { op }] of body.entries()) if (op === 'reduce') parts.add(line)
  const isRow = (line: number): boolean => reduced.length > 0 && body[line]?.level === 'row'
  for (let grown = true; grown; ) {
    grown = false
    const needed = new Map<number, number>()
    for (const part of parts) {
      if (isRow(part)) {
        for (const line of reach(body, part, parts)) {
          if (body[line]?.op === 'reduce' && !parts.has(line)) needed.set(line, (needed.get(line) ?? 0) + 1)
        }
      } else {
        // All of what is made of reductions alone: computed once a row, not for each of its elements again.
        for (const line of rowsFor(body, part, parts)) needed.set(line, 2)
      }
    }
    for (const [line, count] of needed) {
      if (count < 2) continue
      parts.add(line)
      grown = true
    }
    const repeated = grown ? null : worthStoring(body, parts)
    if (repeated !== null) {
      parts.add(repeated)
      grown = true
    }
    for (const part of parts) {
      const spilled = spill(body, part, parts)
      if (spilled === null) continue
      parts.add(spilled)
      grown = true
      break
    }
  }
  return [...parts].sort((a, b) => a - b)
}

/** The lines of rows, made of reductions, that the elements of a part read. */
function rowsFor(body: readonly Instruction[], part: number, parts: ReadonlySet<number>): number[] {
  const isRow = (line: number): boolean => body[line]?.level === 'row'
  const lines = [...reach(body, part, parts)].filter((line) => !isRow(line))
  const rows = lines.flatMap((line) => argsOf(body[line])).filter((line) => isRow(line) && !parts.has(line))
  const isReduced = (line: number): boolean =>
    [...reach(body, line, new Set())].some((inner) => body[inner]?.op === 'reduce')
  return rows.filter(isReduced)
}

/** What takes about as long as to store an element and read it again, or half of that. */
const slow = new Set(['exp', 'expm1', 'log', 'log1p', 'sin', 'cos', 'tanh', 'erf', 'pow'])

/** The element that several kernels compute again, where it pays most to store it; null where it pays nowhere. */
function worthStoring(body: readonly Instruction[], parts: ReadonlySet<number>): number | null {
  const reaches = [...parts].map((part) => reach(body, part, parts))
  let [best, most] = [-1, 1]
  for (const [line, { op, level }] of body.entries()) {
    if (op !== 'apply' || level === 'row' || parts.has(line)) continue
    const uses = reaches.filter((lines) => lines.has(line)).length
    if (uses < 2) continue
    const made = [...reach(body, line, parts)].map((inner) => body[inner])
    const count = made.filter((inner) => inner?.op === 'apply' && slow.has(inner.name)).length
    const spared = (uses - 1) * count
    if (spared < 2 || spared < most) continue
    ;[best, most] = [line, spared]
  }
  return best < 0 ? null : best
}

/** A reduction over fewer elements than this is done by one thread. */
const longReduction = 512

/** Where there are more rows than this, each has a thread of its own: a second kernel costs more than it brings. */
const fewRows = 256

/** Of `most` lanes of threads, how many share the reductions of a kernel: all or one. */
export function lanesOf({ kept, reduced }: FusedKernel, most: number): number {
  const product = (sizes: readonly number[]): number => sizes.reduce((count, n) => count * n, 1)
  const isLong = product(reduced) >= longReduction && (reduced.at(-1) ?? 1) % most === 0
  return isLong && product(kept) <= fewRows ? most : 1
}

/** The lines that one kernel computes for `part`, as far as other parts' kernels do not. */
function reach(body: readonly Instruction[], part: number, parts: ReadonlySet<number>): Set<number> {
  const seen = new Set<number>()
  const visit = (line: number): void => {
    if (seen.has(line)) return
    seen.add(line)
    for (const arg of argsOf(body[line])) if (!parts.has(arg)) visit(arg)
  }
  visit(part)
  return seen
}

/** The arrays that the kernel of a line reads: those it loads, and other parts. */
function arraysOf(body: readonly Instruction[], line: number, parts: ReadonlySet<number>): Set<string> {
  const arrays = new Set<string>()
  for (const inner of reach(body, line, parts)) {
    const instruction = body[inner]
    if (instruction?.op === 'load') arrays.add(`buffer ${instruction.access.buffer}`)
    for (const arg of argsOf(instruction)) if (parts.has(arg)) arrays.add(`part ${arg}`)
  }
  return arrays
}

/** A line to be computed beforehand, so that the kernel of `part` reads fewer arrays; null where it reads few enough. */
function spill(body: readonly Instruction[], part: number, parts: ReadonlySet<number>): number | null {
  if (arraysOf(body, part, parts).size <= mostInputs) return null
  let best = -1
  let most = 1
  for (const line of reach(body, part, parts)) {
    if (line === part || argsOf(body[line]).length === 0) continue
    const { size } = arraysOf(body, line, parts)
    if (size > most && size <= mostInputs) {
      most = size
      best = line
    }
  }
  if (best < 0)
    throw new Error('samkit: gpu found no way to read fewer arrays in a kernel; please report this')
  return best
}
