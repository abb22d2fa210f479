/** One gpu.js kernel: every thread computes one element of the output, `this.thread.x`, from the inputs. */
export interface DeviceKernel {
  /** A JavaScript function as text, of one array per input. */
  readonly source: string
  /** The values it reads, in the order of its arguments. */
  readonly inputs: readonly number[]
  /** The value it computes, and its number of elements. */
  readonly output: number
  readonly size: number
  /** The plan steps it computes, to name in errors. */
  readonly steps: readonly number[]
}

/** The most arrays that a kernel reads: WebGPU grants 8 storage buffers by default, and one is the output. */
export const mostInputs = 7

/** gpu.js counts elements in `f32`, which holds whole numbers up to here. */
export const mostElements: number = 2 ** 24
