import type { DType, Shape, TensorSpec } from '../../graph/dtype.ts'
import type { Primitive } from '../../graph/tensor.ts'
import type { Access } from './access.ts'

/** A kernel of a program: what a compiling backend makes one generated function of. */
export type Kernel = FusedKernel | MatmulKernel | ConvKernel | PrimitiveKernel

/**
 * One line of a fused kernel. An `element` is computed at every place of the loop, a `row` once for all reduced axes
 * together. Arguments are the places of earlier lines; a row may stand where an element is asked for.
 */
export type Instruction = { readonly dtype: DType; readonly level: 'row' | 'element' } & (
  | { readonly op: 'constant'; readonly value: number }
  /** The number `offset + Σ strides · index`, converted to the dtype: what `iota` is made of. */
  | { readonly op: 'index'; readonly offset: number; readonly strides: readonly number[] }
  | { readonly op: 'load'; readonly access: Access }
  /** An elementwise primitive by its name (`add`, `where`, `cast`, …), on arguments whose dtypes it accepts. */
  | { readonly op: 'apply'; readonly name: string; readonly args: readonly number[] }
  /** The sum, largest or smallest of an element over all reduced axes. Always a row. NaN wins `max` and `min`. */
  | { readonly op: 'reduce'; readonly name: 'sum' | 'max' | 'min'; readonly arg: number }
)

/** Where a line's value is written: an element at every place, a row once. */
export interface Store {
  readonly value: number
  readonly access: Access
}

/**
 * Loops over `kept` axes and, inside of them, over `reduced` ones: elementwise work on values read through views, with
 * any number of reductions over the same axes, one feeding the next (the softmax of a row is one such kernel). Strides of
 * an access are listed for the kept axes, then for the reduced ones.
 *
 * The iterations over kept axes are independent of each other; counted in row-major order they are what a kernel is
 * split by (`outer`). A store may overwrite what a load reads only at the same place.
 */
export interface FusedKernel {
  readonly kind: 'fused'
  readonly kept: readonly number[]
  readonly reduced: readonly number[]
  readonly body: readonly Instruction[]
  readonly stores: readonly Store[]
}

/**
 * Matrix products, one for each place of the batch axes: `out[…, i, j] = Σ a[…, i, l] · b[…, l, j]`. Strides are listed for
 * the batch axes, then for `m`/`k`, `k`/`n` or `m`/`n`, so a transposed operand is read where it lies. Its `outer` is
 * batch places times `m`.
 */
export interface MatmulKernel {
  readonly kind: 'matmul'
  readonly dtype: DType
  readonly batch: readonly number[]
  readonly m: number
  readonly k: number
  readonly n: number
  readonly a: Access
  readonly b: Access
  readonly out: Access
}

/** How a convolution moves along one spatial axis. */
export interface ConvAxis {
  readonly input: number
  readonly kernel: number
  readonly output: number
  readonly stride: number
  /** Zeros before the input; negative numbers cut elements off. */
  readonly low: number
  readonly dilation: number
  readonly inputDilation: number
}

/**
 * Cross-correlation, as the `conv` primitive defines it. `x` has strides for `[n, c, …spatial]`, with `c` over all channels,
 * `w` for `[o, c / groups, …spatial]`, `out` for `[n, o, …spatial]`; all are read and written where they lie.
 */
export interface ConvKernel {
  readonly kind: 'conv'
  readonly dtype: DType
  readonly n: number
  /** Input channels in each group. */
  readonly c: number
  /** Output channels in each group. */
  readonly o: number
  readonly groups: number
  readonly axes: readonly ConvAxis[]
  readonly x: Access
  readonly w: Access
  readonly out: Access
}

/** A value in memory, contiguous and row-major. */
export interface Place extends TensorSpec {
  readonly buffer: number
}

/** A primitive that is no loop over elements (`gather`, `argsort`, `cumsum`, `random`, …), on contiguous values. */
export interface PrimitiveKernel {
  readonly kind: 'primitive'
  readonly primitive: Primitive
  readonly attrs: object
  readonly inputs: readonly Place[]
  readonly output: Place
}

/**
 * What a kernel is skipped by: it runs only where the bool at `offset` of `buffer` is `sense`. What it would have written
 * is not read then, or makes no difference.
 */
export interface Guard {
  readonly buffer: number
  readonly offset: number
  readonly sense: boolean
}

/** The sizes of a shape's axes, multiplied. */
export function countOf(shape: Shape): number {
  let count = 1
  for (const n of shape) count *= n
  return count
}
