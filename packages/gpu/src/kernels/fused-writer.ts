import type { Access, FusedKernel, Instruction } from '@samkit/core/compiler'
import { numberText } from '../math/number-text.ts'
import { argsOf } from './fused-parts.ts'
import { moves, type PartReads } from './fused-reads.ts'
import type { KernelList } from './kernel-list.ts'
import { type AxisIndex, indexText, linearText, placeText } from './text/digits.ts'
import type { Fours } from './text/grid.ts'
import { loadText, vectorText } from './text/load.ts'
import { extremumLoops, sumLoops } from './text/reduce.ts'
import type { Source } from './text/source.ts'

/** Writes loops that reduce what `terms` gives, one or several values a round, and returns the result's name. */
export function reduceLoops(
  { dialect }: KernelList,
  source: Source,
  name: 'sum' | 'max' | 'min',
  sizes: readonly number[],
  terms: (indices: readonly string[]) => readonly string[],
): string {
  if (name === 'sum') {
    const sum = sumLoops(source, sizes, (indices) => terms(indices).join(' + '))
    return source.constant('t', dialect.rounded(sum))
  }
  const better = (a: string, b: string): string => dialect.extremum(name, a, b)
  return source.constant('t', extremumLoops(source, sizes, better, terms))
}

/** One of four neighbours. */
interface Four {
  readonly axis: number
  /** The axes of all four, the last one counted in fours. */
  readonly quarter: readonly AxisIndex[]
  readonly place: number
  /** The vectors that were read so far, by line. */
  readonly vectors: Map<number, string>
}

/** Writes the lines of one part. */
export class FusedWriter {
  private readonly list: KernelList
  private readonly source: Source
  private readonly kernel: FusedKernel
  private readonly reads: PartReads
  /** While lines are written for one of four neighbours: which, and the vectors that were read for all of them. */
  private four: Four | null = null

  constructor(list: KernelList, source: Source, kernel: FusedKernel, reads: PartReads) {
    this.list = list
    this.source = source
    this.kernel = kernel
    this.reads = reads
  }

  result(axes: readonly AxisIndex[], isRow: boolean): string {
    const { reduced } = this.kernel
    const all = isRow ? [...axes, ...reduced.map((): AxisIndex => ({ kind: 'none' }))] : axes
    return this.value(this.reads.part, all, new Map())
  }

  /** The results at the axes of each of four neighbours. */
  fours({ each, quarter }: Fours): string[] {
    return this.ofFour(this.reads.part, each, quarter, new Map())
  }

  /** A line's value at each of four neighbours on the last axis. What is the same for all is computed once. */
  private ofFour(
    line: number,
    each: readonly (readonly AxisIndex[])[],
    quarter: readonly AxisIndex[],
    before: ReadonlyMap<number, string>,
  ): string[] {
    const axis = quarter.length - 1
    const vectors = this.list.dialect.vectors === 'packed' ? new Map<number, string>() : null
    const common = new Map(before)
    const outer = this.four
    const results = each.map((axes, place) => {
      const known = new Map(common)
      this.four = vectors === null ? null : { axis, quarter, place, vectors }
      const result = this.value(line, axes, known)
      for (const [inner, text] of known) if (!this.reads.changes(inner, axis)) common.set(inner, text)
      return result
    })
    this.four = outer
    return results
  }

  /** An element that lies in memory. */
  private read(line: number, access: Access, axes: readonly AxisIndex[]): string {
    const { four, source } = this
    if (four === null || !moves(access, four.axis))
      return source.constant('t', loadText(source, access, axes))
    const { axis, quarter, place, vectors } = four
    const vector = vectors.get(line) ?? source.constant('v', vectorText(source, access, quarter, axis))
    vectors.set(line, vector)
    return `${vector}[${place}]`
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
    const { source } = this
    const access = this.reads.accessOf(line)
    if (access !== null) return this.read(line, access, axes)
    const instruction = this.reads.body[line]
    switch (instruction?.op) {
      case 'constant':
        return numberText(source, instruction.value)
      case 'index':
        return source.constant('t', placeText(source, instruction.offset, instruction.strides, axes))
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
      const isTruth = dtype === 'bool' && this.reads.body[arg]?.dtype !== 'bool'
      return isTruth ? `(${x} === 0 ? 0 : 1)` : x
    }
    const text = dialect.apply(name, args)
    return dtype === 'f32' ? dialect.rounded(text) : text
  }

  /** What one of several lanes of threads comes to in a reduction: it takes every so many-th element. */
  lane(axes: readonly AxisIndex[], lanes: number): string {
    const { reduced } = this.kernel
    const instruction = this.reads.body[this.reads.part]
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
    const { kept, reduced } = this.kernel
    this.rowsBefore(arg, axes, known)
    const at = (indices: readonly string[]): AxisIndex[] => [
      ...axes.slice(0, kept.length),
      ...indices.map((text): AxisIndex => ({ kind: 'text', text })),
    ]
    const axis = kept.length + reduced.length - 1
    const inner = sizes.slice(0, -1)
    const length = sizes.at(-1) ?? 1
    if (sizes === reduced && this.readsVectors(arg, axis, length)) {
      return reduceLoops(this.list, this.source, name, [...inner, length / 4], (indices) => {
        const [quarter = '0', outer] = [indices.at(-1), indices.slice(0, -1)]
        const each = [0, 1, 2, 3].map((place) => at([...outer, linearText(quarter, 4, place)]))
        return this.ofFour(arg, each, at(indices), known)
      })
    }
    return reduceLoops(this.list, this.source, name, sizes, (indices) => {
      const places = indices.map((index, i) => (i === sizes.length - 1 ? last(index) : index))
      return [this.value(arg, at(places), new Map(known))]
    })
  }

  /** Whether a reduction reads four neighbours at a time. */
  private readsVectors(arg: number, axis: number, length: number): boolean {
    const { dialect } = this.list
    return dialect.vectors === 'packed' && length % 4 === 0 && this.reads.areVectors(axis, this.list, arg)
  }

  private rowsBefore(line: number, axes: readonly AxisIndex[], known: Map<number, string>): void {
    const { reads } = this
    const instruction = reads.body[line]
    if (known.has(line) || instruction?.op === 'constant') return
    const isDone = reads.isDone(line)
    if (instruction?.level === 'row') this.value(line, axes, known)
    else if (!isDone) for (const inner of argsOf(instruction)) this.rowsBefore(inner, axes, known)
  }
}
