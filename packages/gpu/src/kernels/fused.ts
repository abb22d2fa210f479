import type { Access, FusedKernel } from '@samkit/core/compiler'
import { lanesOf, partsOf } from './fused-parts.ts'
import { PartReads } from './fused-reads.ts'
import { FusedWriter, reduceLoops } from './fused-writer.ts'
import type { KernelList } from './kernel-list.ts'
import type { AxisIndex } from './text/digits.ts'
import { loadText } from './text/load.ts'
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
    const reads = new PartReads(body, done, part)
    const writer = (source: Source): FusedWriter => new FusedWriter(list, source, kernel, reads)
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
      (isRow ? null : byFours(list, sizes, first ?? null, reads, writer)) ??
      (first === undefined ? list.temporary(sizes, write) : list.store(sizes, first, write))
    done.set(part, made)
    for (const target of more) {
      list.store(sizes, target, (source, axes) => loadText(source, made, axes))
    }
  }
}

/**
 * Elements four a thread: a thread costs more than most of what it computes. Where vectors are packed, only if it reads
 * vectors as well, since numbers are slow to read from them. Null where that does not go.
 */
function byFours(
  list: KernelList,
  sizes: readonly number[],
  access: Access | null,
  reads: PartReads,
  writer: (source: Source) => FusedWriter,
): Access | null {
  if (list.dialect.vectors === 'packed' && !reads.areVectors(sizes.length - 1, list)) return null
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
  return reduceLoops(list, source, name, [lanes], ([text = '0']) => [
    source.constant('t', loadText(source, partial, [...axes, { kind: 'text', text }])),
  ])
}

/** A store of rows without the strides of what is reduced. */
function trimmed(access: Access, rank: number): Access {
  return { ...access, strides: access.strides.slice(0, rank) }
}
