import type { ConvKernel } from '@samkit/core/compiler'
import type { Lanes } from '../gemm/lanes.ts'
import type { Dot, Step, Turn } from './dot.ts'
import { residuesOf } from './residues.ts'
import { type Part, partsOf, product, type Window, windowOf } from './window.ts'

/** Bytes of a table's entry: where an output begins in the copy, and where it is put. */
export const entry = 8
/** So much of the input, and so much of the weights, is gone through at a time, to stay in a core's cache. */
const copyBytes = 192 * 1024
const weightBytes = 512 * 1024
/** What one tile goes through, to stay in the first of a core's caches. */
const tileBytes = 24 * 1024
/** So many products a lane sums before they are added to what there is. */
const longestSum = 256

/** Outputs at a time with so many output channels: what fits into 15 registers with the vectors of a step. */
const widest = [0, 6, 4, 2, 2]

/** How a convolution with a large kernel and few outputs is cut up: the gradient of an ordinary one's kernel. */
export interface Plan {
  readonly lanes: Lanes
  readonly window: Window
  readonly parts: readonly Part[]
  readonly periods: readonly number[]
  /** Images whose outputs are computed together. */
  readonly images: number
  readonly channels: number
  readonly imageStride: number
  /** Steps along the kernel's first axis at a time. */
  readonly rows: number
  readonly blocks: number
  /** Output channels and outputs in a tile. */
  readonly height: number
  readonly columns: number
  readonly copyAt: number
  readonly privateBytes: number
}

/** The roles of kernel and output exchanged: kernel elements that meet the same outputs are what is gone through. */
export function planOf({ axes, n, c, o, groups, w, out }: ConvKernel, lanes: Lanes): Plan {
  const along = axes.map((axis) =>
    residuesOf({
      ...axis,
      output: axis.kernel,
      kernel: axis.output,
      stride: axis.dilation,
      dilation: axis.stride,
    }),
  )
  const outputs = product(axes.map((axis) => axis.output))
  const images = outputs % 2 === 1 && n > 1 ? 2 : 1
  const most = Math.max(...(along[0]?.list ?? []).map(({ count }) => count))
  const windowWith = (rows: number): Window => windowOf(along, rows, lanes.count, lanes.bytes)
  let rows = most
  while (rows > 1 && images * windowWith(rows).planeStride > copyBytes) rows = Math.ceil(rows / 2)
  const window = windowWith(rows)
  const blocks = Math.ceil(most / rows)

  const kernel = product(axes.map((axis) => axis.kernel))
  const vectors = Math.ceil(kernel / lanes.count)
  const height = Math.max(1, Math.min(o, 4))
  let channels = blocks > 1 ? 1 : Math.min(c, Math.ceil(longestSum / vectors))
  const large = (): boolean =>
    images * channels * window.planeStride > copyBytes ||
    (channels * vectors > longestSum / 4 &&
      (channels * (images * window.planeStride + height * kernel * lanes.bytes) > tileBytes ||
        channels * kernel * o * groups * lanes.bytes > weightBytes))
  while (channels > 1 && large()) channels = Math.ceil(channels / 2)

  const tiles = Math.ceil((images * outputs) / (widest[height] ?? 2))
  const copyAt =
    64 * Math.ceil((images * outputs * along.reduce((all, { period }) => all * period, 1) * entry) / 64)
  return {
    lanes,
    window,
    parts: partsOf(along, window, { places: w.strides.slice(2), taps: out.strides.slice(2) }),
    periods: along.map(({ period }) => period),
    images,
    channels,
    imageStride: channels * window.planeStride,
    rows,
    blocks,
    height,
    columns: Math.ceil((images * outputs) / tiles),
    copyAt,
    privateBytes: copyAt + images * channels * window.planeStride + 64,
  }
}

/** At most so many steps are written out, and so many of a row that is not cut. */
const longestBody = 8
const longestRow = 16

/** The loops over a part's kernel elements: rows written out where they are short, several of them if need be. */
export function dotOf(
  weightStrides: readonly number[],
  outRow: number,
  { lanes, window, blocks, periods }: Plan,
  { counts }: Part,
  height: number,
): Dot {
  const last = counts.length - 1
  const along = (axis: number): number => (periods[axis] ?? 1) * (weightStrides[axis + 2] ?? 0) * lanes.bytes
  const turns: Turn[] = [
    { count: 'channels', w: (weightStrides[1] ?? 0) * lanes.bytes, x: window.planeStride },
  ]
  for (let axis = 0; axis < last; axis++) {
    const count = axis === 0 && blocks > 1 ? ('steps' as const) : (counts[axis] ?? 0)
    turns.push({ count, w: along(axis), x: (window.steps[axis] ?? 1) * (window.strides[axis] ?? 0) })
  }
  const row = counts[last] ?? 0
  const vector = { w: lanes.count * along(last), x: lanes.count * window.unit }
  const stepsOf = (from: number, to: number): Step[] =>
    Array.from({ length: Math.ceil((to - from) / lanes.count) }, (_, i) => ({
      w: i * vector.w,
      x: i * vector.x,
      lanes: Math.min(lanes.count, to - from - i * lanes.count),
    }))
  let steps = stepsOf(0, row)
  let after: Step[] = []
  if (steps.length > longestRow) {
    const cut = longestBody * lanes.count
    turns.push({ count: Math.floor(row / cut), w: longestBody * vector.w, x: longestBody * vector.x })
    steps = stepsOf(0, cut)
    after = stepsOf(0, row % cut)
  } else {
    for (let turn = turns.at(-1); turn !== undefined && typeof turn.count === 'number'; turn = turns.at(-1)) {
      const { count, w, x } = turn
      const body = steps
      let times = Math.max(1, Math.min(count, Math.floor(longestBody / body.length)))
      while (count % times !== 0) times -= 1
      turns.pop()
      steps = Array.from({ length: times }, (_, i) =>
        body.map((step) => ({ w: step.w + i * w, x: step.x + i * x, lanes: step.lanes })),
      ).flat()
      if (times === count) continue
      turns.push({ count: count / times, w: times * w, x: times * x })
      break
    }
  }
  return {
    lanes,
    rows: height,
    columns: 0,
    weightRow: (weightStrides[0] ?? 0) * lanes.bytes,
    outRow: outRow * lanes.bytes,
    weightLane: along(last),
    turns,
    steps,
    after,
  }
}
