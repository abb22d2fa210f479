import type { Access } from '@samkit/core/compiler'
import type { Dialect } from '../math/dialect.ts'
import { type DeviceKernel, mostInputs } from './device-kernel.ts'
import { joinKernel, type Piece } from './join.ts'
import { type AxisIndex, inverseOf, rowMajor, rowMajorStrides } from './text/digits.ts'
import { type Fours, foursOf, gridOf } from './text/grid.ts'
import { Source } from './text/source.ts'

/** How threads are counted, and how many elements each computes. */
interface Threads {
  readonly grid?: readonly number[]
  readonly width?: 1 | 4
}

/** Writes the lines that compute one element of the result at these axes, and returns its expression. */
export type WriteElement = (source: Source, axes: readonly AxisIndex[]) => string

/**
 * The kernels of a program while they are made. A gpu.js kernel writes all of one new array, where a program's kernels
 * write parts of buffers, over one another: so every writing makes a new value, and parts are joined when somebody reads.
 */
export class KernelList {
  readonly kernels: DeviceKernel[] = []
  readonly dialect: Dialect
  /** The number of elements of each value: the buffers first, then what is made on the way. */
  private readonly counts: number[]
  private readonly current: number[]
  private readonly pieces = new Map<number, Piece[]>()
  private steps: readonly number[] = []

  constructor(counts: readonly number[], dialect: Dialect) {
    this.counts = [...counts]
    this.current = counts.map((_, buffer) => buffer)
    this.dialect = dialect
  }

  /** Says which plan steps the next kernels compute. */
  of(steps: readonly number[]): void {
    this.steps = steps
  }

  /** The value that a buffer holds now. */
  valueOf(buffer: number): number {
    const pieces = this.pieces.get(buffer)
    if (pieces !== undefined) {
      this.pieces.delete(buffer)
      this.join(buffer, pieces)
    }
    return this.current[buffer] ?? buffer
  }

  /** The number of elements of a value. */
  countOf(value: number): number {
    return this.counts[value] ?? 0
  }

  /** An access of a buffer as one of the value that it holds now. */
  reading(access: Access): Access {
    return { ...access, buffer: this.valueOf(access.buffer) }
  }

  /** A kernel that computes a new value of `count` elements, by the number of each. */
  compute(
    count: number,
    write: (source: Source) => string,
    { grid = [count], width = 1 }: Threads = {},
  ): number {
    return this.push(count, this.written(write), grid, width)
  }

  private written(write: (source: Source) => string): { readonly source: Source; readonly result: string } {
    const source = new Source({ isWhole: this.dialect.hasWholeIndices })
    return { source, result: write(source) }
  }

  private push(
    count: number,
    { source, result }: ReturnType<KernelList['written']>,
    grid: readonly number[],
    width: 1 | 4,
  ): number {
    const output = this.counts.push(count) - 1
    this.kernels.push({
      source: source.function(result),
      inputs: source.inputs,
      inputSizes: source.inputs.map((value) => this.countOf(value)),
      readings: source.readings,
      output,
      size: count,
      grid,
      width,
      steps: this.steps,
    })
    return output
  }

  /**
   * Computes an element at every place of a loop over `sizes` and writes it where `access` says. Returns the value and
   * the access that finds the elements in it.
   */
  store(sizes: readonly number[], access: Access, write: WriteElement): Access {
    const count = this.counts[access.buffer] ?? 0
    const axes = inverseOf(sizes, access, count)
    if (axes !== null) {
      const value = this.compute(count, (source) => write(source, axes))
      return this.keep(access, value)
    }
    const made = this.temporary(sizes, write)
    const list = this.pieces.get(access.buffer) ?? []
    list.push({ value: made.buffer, sizes, access })
    this.pieces.set(access.buffer, list)
    return made
  }

  /**
   * The same for work that is long in every thread: where the mode counts threads in whole numbers, a grid of threads takes
   * the last two axes, so that no places have to be worked out from a number in `f32`.
   */
  storeGrid(sizes: readonly number[], access: Access, write: WriteElement): Access {
    const count = this.counts[access.buffer] ?? 0
    const axes = this.dialect.hasWholeIndices ? inverseOf(sizes, access, count) : null
    const grid = axes === null ? null : gridOf(axes)
    if (grid === null) return this.store(sizes, access, write)
    const value = this.compute(count, (source) => write(source, grid.axes), { grid: grid.threads })
    return this.keep(access, value)
  }

  /**
   * The same, four elements of the last axis a thread, where the mode has vectors and they lie side by side: what the four
   * have in common is read once. `write` is told the axes of each, and gives four results. Null where they do not lie so.
   * Without an access the elements become a value of their own. With `isLong` the threads stand in a grid, as above.
   */
  storeFours(
    sizes: readonly number[],
    access: Access | null,
    isLong: boolean,
    write: (source: Source, fours: Fours) => readonly string[],
  ): Access | null {
    const { hasWholeIndices, vectors } = this.dialect
    if (vectors === 'none') return null
    const count = access === null ? product(sizes) : (this.counts[access.buffer] ?? 0)
    const axes = access === null ? rowMajor(sizes) : inverseOf(sizes, access, count)
    const fours = axes === null ? null : foursOf(axes, hasWholeIndices && isLong)
    if (fours === null) return null
    const written = this.written((source) => `[${write(source, fours).join(', ')}]`)
    // One array read in two ways counts twice.
    if (written.source.inputs.length > mostInputs) return null
    const value = this.push(count, written, fours.threads ?? [count / 4], 4)
    if (access === null) return { buffer: value, offset: 0, strides: rowMajorStrides(sizes) }
    return this.keep(access, value)
  }

  /** Computes an element at every place of a loop into a value of its own. */
  temporary(sizes: readonly number[], write: WriteElement): Access {
    const value = this.compute(product(sizes), (source) => write(source, rowMajor(sizes)))
    return { buffer: value, offset: 0, strides: rowMajorStrides(sizes) }
  }

  /** Makes a value the one that a buffer holds, all of it. */
  private keep(access: Access, value: number): Access {
    this.pieces.delete(access.buffer)
    this.current[access.buffer] = value
    return { ...access, buffer: value }
  }

  /** Some pieces at a time: each is one more array that the kernel reads. */
  private join(buffer: number, pieces: readonly Piece[]): void {
    const most = 6
    const isFirst = this.current[buffer] === buffer
    for (let start = 0; start < pieces.length; start += most) {
      const below = isFirst && start === 0 ? null : (this.current[buffer] ?? buffer)
      const count = this.countOf(buffer)
      const some = pieces.slice(start, start + most)
      this.current[buffer] = this.compute(count, (source) => joinKernel(source, some, below))
    }
  }
}

const product = (sizes: readonly number[]): number => sizes.reduce((count, n) => count * n, 1)
