/**
 * How a kernel reads an array: number by number; the same, so often that the numbers had better lie each on its own; or
 * vectors of four neighbours.
 */
export type Reading = 'numbers' | 'often' | 'vectors'

/**
 * One gpu.js kernel: every thread computes one element of the output from the inputs, or `width` of them that lie side by
 * side. A thread's number is `this.thread.x`, or in a grid
 * `x + width · (y + height · z)`.
 */
export interface DeviceKernel {
  /** A JavaScript function as text, of one array per input. */
  readonly source: string
  /** The values it reads, in the order of its arguments. */
  readonly inputs: readonly number[]
  /** The number of elements of each of them: gpu.js compiles it into the kernel. */
  readonly inputSizes: readonly number[]
  /** How it reads each of them. */
  readonly readings: readonly Reading[]
  /** The value it computes, and its number of elements. */
  readonly output: number
  readonly size: number
  /** How many threads there are along x, y and z; axes at the end may be missing. */
  readonly grid: readonly number[]
  /** How many elements a thread computes: 1, or 4, which it returns as a vector. */
  readonly width: 1 | 4
  /** The plan steps it computes, to name in errors. */
  readonly steps: readonly number[]
}

/** A name for what gpu.js compiles: equal for kernels that one compiled kernel serves. */
export function kernelKey({
  source,
  grid,
  inputSizes,
}: Pick<DeviceKernel, 'source' | 'grid' | 'inputSizes'>): string {
  return `${grid.join()} of ${inputSizes.join()}: ${source}`
}

/** The most arrays that a kernel reads: WebGPU grants 8 storage buffers by default, and one is the output. */
export const mostInputs = 7

/** gpu.js counts elements in `f32`, which holds whole numbers up to here. */
export const mostElements: number = 2 ** 24
