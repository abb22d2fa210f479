import type { ConvAxis, ConvKernel } from '@samkit/core/compiler'
import type { Lanes } from '../gemm/lanes.ts'
import { type Residue, type Residues, residuesOf } from './residues.ts'

/** The outputs of one residue along each axis: the same kernel elements meet input for all of them. */
export interface Part {
  /** Outputs along each axis. */
  readonly counts: readonly number[]
  /** Of its first output, in elements from the first one of a plane. */
  readonly out: number
  /** Its kernel elements: where in the weights (elements), and how far from an output's place in the copy (bytes). */
  readonly taps: readonly { readonly weight: number; readonly at: number }[]
  /** Vectors of outputs along the last axis, and of one step along the first. */
  readonly vectors: number
  /** Its first vector's number in an image, counted over all parts, per step along the first axis. */
  readonly before: number
}

/**
 * Where a thread keeps its copy of the input, with padding, that the kernel slides over, and how much of it at a time.
 * Vectors are outputs next to each other along the last axis, or the same output of several images where rows are short.
 */
export interface Layout {
  readonly lanes: Lanes
  readonly across: 'row' | 'images'
  /** Images in one vector. */
  readonly wide: number
  /** Bytes of one place of the copy. */
  readonly unit: number
  readonly periods: readonly number[]
  readonly steps: readonly number[]
  /** The first input place of the copy along each axis, and how many there are. */
  readonly from: readonly number[]
  readonly lengths: readonly number[]
  /** Bytes from one place to the next. Along the last axis, places of one remainder modulo its step are adjacent. */
  readonly strides: readonly number[]
  readonly remainder: number
  /** Steps along the first axis in one block, and blocks in an image (1 where vectors lie across images). */
  readonly rows: number
  readonly blocks: number
  /** Images (or groups of `wide`) in one block; 1 where an image has several blocks. */
  readonly images: number
  /** Channels in the copy at one time, and how many times it takes. */
  readonly channels: number
  readonly turns: number
  readonly channelStride: number
  readonly imageStride: number
  readonly parts: readonly Part[]
  /** Vectors of one step along the first axis, over all parts. */
  readonly vectors: number
}

/** So much of the input is copied at a time, to stay in a core's cache. */
const copyBytes = 192 * 1024
/** So many products are summed before they are added to what there is. */
const longestSum = 1152

const product = (numbers: readonly number[]): number => numbers.reduce((all, n) => all * n, 1)

function combinations(lists: readonly Residues[]): Residue[][] {
  return lists.reduce<Residue[][]>(
    (all, { list }) => all.flatMap((head) => list.map((one) => [...head, one])),
    [[]],
  )
}

/** Decides how a convolution along two axes or more is cut up. */
export function layoutOf(kernel: ConvKernel, lanes: Lanes): Layout {
  const { axes, n, c, w, out } = kernel
  const last = axes.length - 1
  const along = axes.map(residuesOf)
  const across = acrossWhat(kernel, along, lanes)
  const wide = across === 'images' ? lanes.count : 1
  const unit = lanes.bytes * wide
  const width = across === 'row' ? lanes.count : 1

  const offsets = along.map(({ list }) => list.flatMap(({ taps }) => taps.map(({ offset }) => offset)))
  const from = offsets.map((all) => (all.length === 0 ? 0 : Math.min(...all)))
  const most = along.map(({ list }) => Math.max(...list.map(({ count }) => count)))
  const reach = (axis: number, outputs: number): number => {
    const all = offsets[axis] ?? []
    return all.length === 0
      ? 1
      : (outputs - 1) * (along[axis]?.step ?? 1) + Math.max(...all) - (from[axis] ?? 0) + 1
  }

  const step = along[last]?.step ?? 1
  const columns = Math.ceil(reach(last, Math.max(most[last] ?? 1, width)) / step)
  const rowBytes = step * columns * unit
  const planeBytes = (rows: number): number =>
    product(axes.slice(0, last).map((_, axis) => reach(axis, axis === 0 ? rows : (most[axis] ?? 1)))) *
    rowBytes

  const taps = Math.max(
    1,
    ...combinations(along).map((residues) => product(residues.map((r) => r.taps.length))),
  )
  const turns = Math.max(1, Math.ceil((c * taps) / longestSum))
  const channels = Math.max(1, Math.ceil(c / turns))
  const steps = most[0] ?? 1
  let rows = steps
  while (across === 'row' && rows > 1 && channels * planeBytes(rows) > copyBytes) rows = Math.ceil(rows / 2)
  const blocks = Math.ceil(steps / rows)
  const lengths = axes.map((_, axis) =>
    reach(axis, axis === 0 ? rows : Math.max(most[axis] ?? 1, axis === last ? width : 1)),
  )
  const strides = axes.map((_, axis) => product(lengths.slice(axis + 1, last)) * rowBytes)
  strides[last] = unit
  const channelStride = oddLines(planeBytes(rows))
  const imageStride = channels * channelStride
  const fitting = Math.max(1, Math.min(16, Math.floor(copyBytes / imageStride), Math.ceil(n / wide)))
  const images = blocks > 1 ? 1 : fitting

  const remainder = columns * unit
  const place = (offset: number): number => (offset % step) * remainder + Math.floor(offset / step) * unit
  let before = 0
  const parts = combinations(along).map((residues): Part => {
    const counts = residues.map(({ count }) => count)
    const vectors = product(counts.slice(1, last)) * Math.ceil((counts[last] ?? 1) / width)
    const part = {
      counts,
      out: residues.reduce((sum, { first }, axis) => sum + first * (out.strides[axis + 2] ?? 0), 0),
      taps:
        c === 0
          ? []
          : residues.reduce<{ weight: number; at: number }[]>(
              (all, residue, axis) =>
                all.flatMap(({ weight, at }) =>
                  residue.taps.map(({ k, offset }) => {
                    const moved = offset - (from[axis] ?? 0)
                    return {
                      weight: weight + k * (w.strides[axis + 2] ?? 0),
                      at: at + (axis === last ? place(moved) : moved * (strides[axis] ?? 0)),
                    }
                  }),
                ),
              [{ weight: 0, at: 0 }],
            ),
      vectors,
      before,
    }
    before += vectors
    return part
  })
  return {
    lanes,
    across,
    wide,
    unit,
    periods: along.map(({ period }) => period),
    steps: along.map((axis) => axis.step),
    from,
    lengths,
    strides,
    remainder,
    rows,
    blocks,
    images,
    channels,
    turns: Math.ceil(c / channels),
    channelStride,
    imageStride,
    parts,
    vectors: before,
  }
}

/** An odd number of cache lines, so that channels do not fall on the same sets of the cache. */
function oddLines(bytes: number): number {
  return 64 * (Math.ceil(bytes / 64) | 1)
}

/** Lanes along the last axis where its rows fill them well, else across images. */
function acrossWhat({ n }: ConvKernel, along: readonly Residues[], { count }: Lanes): Layout['across'] {
  const rows = along.at(-1)?.list ?? []
  const wanted = rows.reduce((sum, row) => sum + row.count, 0)
  const computed = rows.reduce((sum, row) => sum + Math.ceil(row.count / count) * count, 0)
  const filled = n / (Math.ceil(n / count) * count)
  return wanted / computed < 0.7 && filled > wanted / computed ? 'images' : 'row'
}

/** The input places of an axis that lie in the copy, as places of the copy, where nothing moves along the axis. */
export function inside({ input }: ConvAxis, from: number, length: number): { start: number; end: number } {
  const start = Math.max(0, -from)
  return { start, end: Math.max(start, Math.min(length, input - from)) }
}
