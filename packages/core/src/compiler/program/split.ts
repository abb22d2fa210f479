import { contiguous } from './view.ts'
import { keptCount, type ReduceWork, type Resolved, type Segment, type Value, type Work } from './work.ts'

/** About how many elements one partial result of a long reduction stands for. */
const chunk = 16384

/** A reduction with this many results has enough to share among threads. */
const enoughRows = 16

/** The most numbers that are summed one after another in a column where there are enough columns. */
const longColumn = 4096

/**
 * Long reductions that leave little in two steps: partial results of fixed chunks, then those together. How long chunks are
 * depends on sizes alone, so the result has the same bits on any number of threads, and short sums lose less precision.
 */
export function splitReductions({ values, work, ...rest }: Resolved): Resolved {
  const all: Value[] = [...values]
  const parts = work.flatMap((one): Work[] => {
    const chunks = one.kind === 'reduce' ? chunksFor(one.segments, one.count) : 1
    return one.kind === 'reduce' && chunks > 1 ? twoSteps(one, chunks, all) : [one]
  })
  return { ...rest, values: all, work: parts }
}

function twoSteps(work: ReduceWork, chunks: number, values: Value[]): Work[] {
  const at = work.segments.findIndex(({ reduced }) => reduced)
  const first = work.segments.flatMap((segment, i): Segment[] =>
    i === at ? halves(segment.size, chunks) : [segment],
  )
  const second = first.flatMap(({ size, reduced }, i): Segment[] =>
    reduced ? [] : [{ size, reduced: i === at }],
  )
  const count = keptCount(first)
  const value = values.push({ dtype: work.dtype, count }) - 1
  const target = { value, view: contiguous(count) }
  const source = { kind: 'value', value, view: contiguous(count), after: [] } as const
  return [
    { ...work, segments: joined(first), target, partial: true },
    { ...work, segments: joined(second), count, source, after: [] },
  ]
}

function halves(size: number, chunks: number): Segment[] {
  const length = { size: size / chunks, reduced: true }
  return length.size > 1 ? [{ size: chunks, reduced: false }, length] : [{ size: chunks, reduced: false }]
}

/** Neighbours of one kind as one segment. */
function joined(segments: readonly Segment[]): Segment[] {
  const out: Segment[] = []
  for (const { size, reduced } of segments) {
    const last = out.at(-1)
    if (last?.reduced === reduced) out[out.length - 1] = { size: last.size * size, reduced }
    else out.push({ size, reduced })
  }
  return out
}

/** Into how many chunks the first reduced axis is cut; 1 for not at all. */
function chunksFor(segments: readonly Segment[], count: number): number {
  const kept = keptCount(segments)
  const length = count / kept
  const inner = segments.at(-1)
  const axis = segments.find(({ reduced }) => reduced)
  if (count < 2 * chunk || inner === undefined || axis === undefined) return 1
  // Results that lie side by side are summed side by side: a chunk is rows of them.
  const wanted = inner.reduced ? length / chunk : length / Math.max(64, (2 * chunk) / inner.size)
  const isShort = inner.reduced ? kept >= enoughRows : kept >= 4 * enoughRows && length < longColumn
  if (wanted < 2 || isShort) return 1
  const chunks = divisorNear(axis.size, wanted)
  // No divisor near enough: better one long sum than many short ones, or a few of any length.
  return chunks > 8 * wanted || chunks * 4 < wanted || length / chunks < 2 ? 1 : chunks
}

/** The divisor of `n` whose ratio to `wanted` is nearest to 1. */
function divisorNear(n: number, wanted: number): number {
  let best = 1
  const distance = (d: number): number => Math.abs(Math.log(d / wanted))
  for (let d = 1; d * d <= n; d++) {
    if (n % d !== 0) continue
    for (const candidate of [d, n / d]) if (distance(candidate) < distance(best)) best = candidate
  }
  return best
}
