/** A condition on a place: `0 ≤ offset + Σ strides · index < size`. */
export interface Bound {
  readonly offset: number
  readonly strides: readonly number[]
  readonly size: number
}

/**
 * Where in a buffer a loop reads or writes: at `offset + Σ strides · index`, counted in elements, with one stride per loop
 * axis. A stride of 0 repeats, a negative one runs backwards.
 */
export interface Access {
  readonly buffer: number
  readonly offset: number
  readonly strides: readonly number[]
  /** Where any of these does not hold, nothing is read and the value is `fill`: padding. Never on a store. */
  readonly bounds?: readonly Bound[]
  readonly fill?: number
}
