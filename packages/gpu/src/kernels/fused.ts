import type { Access, FusedKernel, Instruction } from '@samkit/core/compiler'
import { numberText } from '../math/number-text.ts'
import { argsOf, lanesOf, partsOf } from './fused-parts.ts'
import type { KernelList } from './kernel-list.ts'
import { type AxisIndex, indexText, placeText } from './text/digits.ts'
import { loadText } from './text/load.ts'
import { extremumLoops, sumLoops } from './text/reduce.ts'
import type { Source } from './text/source.ts'

/** Adds the kernels that compute what a fused kernel stores. */
export function addFused(list: KernelList, kernel: FusedKernel): void {
  const { kept, reduced, stores } = kernel
  // All reads come first: a later part of this kernel may write over what an earlier one read.
  const body = kernel.body.map((line) =>
    line.op === 'load' ? { ...line, access: list.reading(line.access) } : line,
  )
  const done = new Map<number, Access>()
  const lanes = lanesOf(kernel, list.dialect.lanes)
  for (const part of partsOf(kernel, lanes)) {
    const isRow = reduced.length > 0 && body[part]?.level === 'row'
    const sizes = isRow ? kept : [...kept, ...reduced]
    const writer = (source: Source): Writer => new Writer(list, source, body, kernel, done, part)
    const instruction = body[part]
    let write = (source: Source, axes: readonly AxisIndex[]): string => writer(source).result(axes, isRow)
    if (lanes > 1 && instruction?.op === 'reduce') {
      const partial = list.temporary([...kept, lanes], (source, axes) => writer(source).lane(axes, lanes))
      write = (source, axes) => gathered(list, source, instruction.name, partial, axes, lanes)
    }
    const own = stores.filter(({ value }) => value === part)
    const targets = own.map(({ access }) => trimmed(access, sizes.length))
    const [first, ...more] = targets
    const made =
      (isRow ? null : byFours(list, sizes, first ?? null, writer)) ??
      (first === undefined ? list.temporary(sizes, write) : list.store(sizes, first, write))
    done.set(part, made)
    for (const target of more) {
      list.store(sizes, target, (source, axes) => loadText(source, made, axes))
    }
  }
}

/**
 * Elements four a thread, where that pays: a thread costs more than what it computes, but packed vectors cost their
 * readers more than that. Null where it does not.
 */
function byFours(
  list: KernelList,
  sizes: readonly number[],
  access: Access | null,
  writer: (source: Source) => Writer,
): Access | null {
  if (list.dialect.vectors !== 'flat') return null
  return list.storeFours(sizes, access, false, (source, fours) => writer(source).fours(fours))
}

/** The result of a reduction from those of its lanes. */
function gathered(
  list: KernelList,
  source: Source,
  name: 'sum' | 'max' | 'min',
  partial: Access,
  axes: readonly AxisIndex[],
  lanes: number,
): string {
  return reduceLoops(list, source, name, [lanes], ([text = '0']) =>
    source.constant('t', loadText(source, partial, [...axes, { kind: 'text', text }])),
  )
}

/** Writes loops that reduce what `term` gives, and returns the result's name. */
function reduceLoops(
  { dialect }: KernelList,
  source: Source,
  name: 'sum' | 'max' | 'min',
  sizes: readonly number[],
  term: (indices: readonly string[]) => string,
): string {
  if (name === 'sum') return source.constant('t', dialect.rounded(sumLoops(source, sizes, term)))
  const better = (a: string, b: string): string => dialect.extremum(name, a, b)
  return source.constant('t', extremumLoops(source, sizes, better, term))
}

/** A store of rows without the strides of what is reduced. */
function trimmed(access: Access, rank: number): Access {
  return { ...access, strides: access.strides.slice(0, rank) }
}

/** Writes the lines of one part. */
class Writer {
  private readonly list: KernelList
  private readonly source: Source
  private readonly body: readonly Instruction[]
  private readonly kernel: FusedKernel
  private readonly done: ReadonlyMap<number, Access>
  private readonly part: number

  constructor(
    list: KernelList,
    source: Source,
    body: readonly Instruction[],
    kernel: FusedKernel,
    done: ReadonlyMap<number, Access>,
    part: number,
  ) {
    this.list = list
    this.source = source
    this.body = body
    this.kernel = kernel
    this.done = done
    this.part = part
  }

  result(axes: readonly AxisIndex[], isRow: boolean): string {
    const { reduced } = this.kernel
    const all = isRow ? [...axes, ...reduced.map((): AxisIndex => ({ kind: 'none' }))] : axes
    return this.value(this.part, all, new Map())
  }

  /** The results at the axes of each of four neighbours. What is the same for all four is computed once. */
  fours(fours: readonly (readonly AxisIndex[])[]): string[] {
    const [first = []] = fours
    const known = new Map<number, string>()
    const results = [this.value(this.part, first, known)]
    const seen = new Map<number, boolean>()
    const common = [...known].filter(([line]) => !this.changes(line, first.length - 1, seen))
    for (const axes of fours.slice(1)) results.push(this.value(this.part, axes, new Map(common)))
    return results
  }

  /** Whether a line's value changes along an axis. */
  private changes(line: number, axis: number, seen: Map<number, boolean>): boolean {
    const changes = seen.get(line) ?? this.changesAlong(line, axis, seen)
    seen.set(line, changes)
    return changes
  }

  private changesAlong(line: number, axis: number, seen: Map<number, boolean>): boolean {
    const made = line === this.part ? undefined : this.done.get(line)
    if (made !== undefined) return moves(made, axis)
    const instruction = this.body[line]
    if (instruction?.op === 'load') return moves(instruction.access, axis)
    if (instruction?.op === 'index') return moves(instruction, axis)
    return argsOf(instruction).some((arg) => this.changes(arg, axis, seen))
  }

  /** The expression of a line at these axes; what is computed gets a name, so that it is computed once in its block. */
  private value(line: number, axes: readonly AxisIndex[], known: Map<number, string>): string {
    const before = known.get(line)
    if (before !== undefined) return before
    const text = this.written(line, axes, known)
    known.set(line, text)
    return text
  }

  private written(line: number, axes: readonly AxisIndex[], known: Map<number, string>): string {
    const instruction = this.body[line]
    const made = line === this.part ? undefined : this.done.get(line)
    const { source } = this
    if (made !== undefined) return source.constant('t', loadText(source, made, axes))
    switch (instruction?.op) {
      case 'constant':
        return numberText(source, instruction.value)
      case 'index':
        return source.constant('t', placeText(source, instruction.offset, instruction.strides, axes))
      case 'load':
        return source.constant('t', loadText(source, instruction.access, axes))
      case 'apply': {
        const args = instruction.args.map((arg) => this.value(arg, axes, known))
        return source.constant('t', this.applied(instruction, args))
      }
      case 'reduce':
        return this.reduced(instruction, axes, known)
      default:
        throw new Error(`samkit: a kernel has no line ${line}; please report this`)
    }
  }

  private applied(
    { name, dtype, args: from }: Extract<Instruction, { op: 'apply' }>,
    args: readonly string[],
  ): string {
    const { dialect } = this.list
    if (name === 'cast') {
      const [x = '0'] = args
      const [arg = -1] = from
      const isTruth = dtype === 'bool' && this.body[arg]?.dtype !== 'bool'
      return isTruth ? `(${x} === 0 ? 0 : 1)` : x
    }
    const text = dialect.apply(name, args)
    return dtype === 'f32' ? dialect.rounded(text) : text
  }

  /** What one of several lanes of threads comes to in a reduction: it takes every so many-th element. */
  lane(axes: readonly AxisIndex[], lanes: number): string {
    const { reduced } = this.kernel
    const instruction = this.body[this.part]
    if (instruction?.op !== 'reduce')
      throw new Error('samkit: only reductions have lanes; please report this')
    const lane = indexText(this.source, axes.at(-1))
    const rounds = [...reduced.slice(0, -1), (reduced.at(-1) ?? lanes) / lanes]
    return this.reduced(
      instruction,
      axes.slice(0, -1),
      new Map(),
      rounds,
      (index) => `(${index} * ${lanes} + ${lane})`,
    )
  }

  /** A reduction in loops over `sizes`, all reduced axes unless said otherwise. What does not depend on those comes before. */
  private reduced(
    { name, arg }: Extract<Instruction, { op: 'reduce' }>,
    axes: readonly AxisIndex[],
    known: Map<number, string>,
    sizes: readonly number[] = this.kernel.reduced,
    last: (index: string) => string = (index) => index,
  ): string {
    const { kept } = this.kernel
    this.rowsBefore(arg, axes, known)
    return reduceLoops(this.list, this.source, name, sizes, (indices) => {
      const inner = indices.map((index, i): AxisIndex => {
        return { kind: 'text', text: i === sizes.length - 1 ? last(index) : index }
      })
      return this.value(arg, [...axes.slice(0, kept.length), ...inner], new Map(known))
    })
  }

  private rowsBefore(line: number, axes: readonly AxisIndex[], known: Map<number, string>): void {
    const instruction = this.body[line]
    if (known.has(line) || instruction?.op === 'constant') return
    const isRow = instruction?.level === 'row' || (line !== this.part && this.isRowPart(line))
    if (isRow) this.value(line, axes, known)
    else if (line === this.part || !this.done.has(line)) {
      for (const inner of argsOf(instruction)) this.rowsBefore(inner, axes, known)
    }
  }

  private isRowPart(line: number): boolean {
    return this.done.has(line) && this.body[line]?.level === 'row'
  }
}

/** Whether an access goes elsewhere along an axis. */
function moves({ strides, bounds = [] }: Pick<Access, 'strides' | 'bounds'>, axis: number): boolean {
  return [strides, ...bounds.map(({ strides: own }) => own)].some((own) => (own[axis] ?? 0) !== 0)
}
