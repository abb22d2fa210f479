import type { Work } from './operations.ts'

/** An array on the host, with channels first where it has any. */
export interface HostTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array<ArrayBuffer>
  /** What to move where channels are last. */
  readonly kind?: 'images' | 'kernels'
}

/** What is timed. */
export interface Workload {
  readonly name: string
  readonly title: string
  readonly work: Work
  /** What changes from one repetition to the next: one tensor, or parameters. It comes from the host and returns there. */
  readonly state: readonly HostTensor[]
  /** What stays the same. */
  readonly fixed: readonly HostTensor[]
  /** How many repetitions more the longer run has. */
  readonly more: number
}

/** How many elements a shape has. */
export const count = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1)

/** Numbers between -`scale` and `scale` that are the same every time (a linear congruential generator). */
export function uniform(shape: readonly number[], seed: number, scale = 1): HostTensor {
  let state = seed
  const data = Float32Array.from({ length: count(shape) }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return scale * (state / 2 ** 31)
  })
  return { shape, data }
}
