import type { Tensor } from '@samkit/core'
import type { Buffers, Context } from './context.ts'

/** What a parameter is for. Decides, by layer type and never by name, about decay and layer-wise scaling. */
export type Kind = 'weight' | 'bias' | 'scale' | 'shift' | 'embedding'

/** A tree with a kind in place of each parameter; null where a parameter is absent. */
export type Kinds = Kind | null | readonly Kinds[] | { readonly [name: string]: Kinds }

/**
 * A layer as pure functions over its parameters `P`, a tree of tensors. `Rest` is what `apply` takes besides the input,
 * such as an attention mask; it is optional, so that the layer can stand wherever one without it can.
 */
export interface Layer<P, Rest extends readonly unknown[] = []> {
  /** Fresh parameters, drawn with `key`. Shapes are known at once; nothing is computed until a value is read. */
  init(key: Tensor): P
  /** The output for `x`. Changes nothing: whatever is random comes from the context's key. */
  apply(params: P, x: Tensor, context: Context, ...rest: Rest): Tensor
  /** A tree like the parameters that tells what each is for. */
  kinds(): Kinds
  /** The buffers before the first step, by their paths from here. Default: none. */
  buffers?(): Buffers
}

/** The parameters of a layer or model. */
export type ParamsOf<L> = L extends Layer<infer P> ? P : never
