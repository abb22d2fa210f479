import type { ConvAxis, ConvKernel } from '@samkit/core/compiler'
import type { Lanes } from '../gemm/lanes.ts'
import { type Residues, residuesOf } from './residues.ts'
import { type Part, partsOf, product, type Window, windowOf } from './window.ts'

/** Outputs that meet the same kernel elements, in vectors. */
export interface VectorPart extends Part {
  /** Vectors of one step along the first axis. */
  readonly vectors: number
  /** Vectors of the parts before, per step. */
  readonly before: number
}

/**
 * How a convolution is computed by sliding: how much of the input a thread copies at a time, and what its vectors are:
 * outputs next to each other along the last axis, or the same output of several images where rows are short.
 */
export interface Layout {
  readonly lanes: Lanes
  readonly across: 'row' | 'images'
  /** Images in one vector. */
  readonly wide: number
  readonly window: Window
  readonly periods: readonly number[]
  /** Steps along the first axis in one block, and blocks in an image (1 where vectors lie across images). */
  readonly rows: number
  readonly blocks: number
  /** Images (or groups of `wide`) in one block; 1 where an image has several blocks. */
  readonly images: number
  /** Channels in the copy at one time, and how many times it takes. */
  readonly channels: number
  readonly turns: number
  readonly imageStride: number
  readonly parts: readonly VectorPart[]
  /** Vectors of one step along the first axis, over all parts. */
  readonly vectors: number
}

/** So much of the input is copied at a time, to stay in a core's cache. */
const copyBytes = 192 * 1024
/** So many products are summed before they are added to what there is. */
const longestSum = 1152

/** Decides how a convolution along two axes or more is cut up, for sums of so many products at most. */
export function layoutOf(kernel: ConvKernel, lanes: Lanes, longest: number = longestSum): Layout {
  const { axes, n, c, w, out } = kernel
  const along = axes.map(residuesOf)
  const across = acrossWhat(kernel, along, lanes)
  const wide = across === 'images' ? lanes.count : 1
  const width = across === 'row' ? lanes.count : 1
  const most = Math.max(...(along[0]?.list ?? []).map(({ count }) => count))
  const windowWith = (rows: number): Window => windowOf(along, rows, width, lanes.bytes * wide)

  const taps = Math.max(
    1,
    product(along.map(({ list }) => Math.max(...list.map((residue) => residue.taps.length)))),
  )
  const channels = Math.max(1, Math.ceil(c / Math.max(1, Math.ceil((c * taps) / longest))))
  let rows = most
  // One image alone is cut up too, for several threads.
  const toCut = (): boolean =>
    channels * windowWith(rows).planeStride > copyBytes || n * Math.ceil(most / rows) < 4
  while (across === 'row' && rows > 1 && toCut()) {
    rows = Math.ceil(rows / 2)
  }
  const window = windowWith(rows)
  const imageStride = channels * window.planeStride
  const blocks = Math.ceil(most / rows)
  const images = Math.max(1, Math.min(16, Math.floor(copyBytes / imageStride), Math.ceil(n / wide)))

  let before = 0
  const strides = { places: out.strides.slice(2), taps: w.strides.slice(2) }
  const parts = partsOf(along, window, strides).map((part) => {
    const vectors = product(part.counts.slice(1, -1)) * Math.ceil((part.counts.at(-1) ?? 1) / width)
    before += vectors
    return { ...part, taps: c === 0 ? [] : part.taps, vectors, before: before - vectors }
  })
  return {
    lanes,
    across,
    wide,
    window,
    periods: along.map(({ period }) => period),
    rows,
    blocks,
    images: blocks > 1 ? 1 : images,
    channels,
    turns: Math.max(1, Math.ceil(c / channels)),
    imageStride,
    parts,
    vectors: before,
  }
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
