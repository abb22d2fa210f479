import type { Tensor } from '@samkit/core'

/**
 * Tensors by path that belong to a model but are no parameters, such as `bn1.running_mean`: what PyTorch calls buffers.
 * They are values like all others; whoever runs the model decides which new ones to keep.
 */
export type Buffers = Readonly<Record<string, Tensor>>

/** What a forward pass needs to know besides parameters and input. */
export interface Context {
  /** Whether the network is being trained: dropout drops, and batch norm uses the batch's statistics, only then. */
  readonly training: boolean
  /** The random key of this pass; null where nothing random may happen. The same key gives the same pass. */
  readonly key: Tensor | null
  /** Where in the model this layer is, such as `layer1.0`. Default: the root, an empty path. */
  readonly path?: string
  /** The model's buffers, by their whole paths. Default: none. */
  readonly buffers?: Buffers
  /**
   * Takes the new value of a buffer, by its whole path. A training step keeps what the pass at the unperturbed parameters
   * reports. Default: nobody listens.
   */
  readonly report?: (path: string, value: Tensor) => void
}

/** What a parameter is for. Decides, by layer type and never by name, about decay and layer-wise scaling. */
export type Kind = 'weight' | 'bias' | 'scale' | 'shift' | 'embedding'

/** A tree with a kind in place of each parameter; null where a parameter is absent. */
export type Kinds = Kind | null | readonly Kinds[] | { readonly [name: string]: Kinds }

/** A layer as pure functions over its parameters `P`, a tree of tensors. */
export interface Layer<P> {
  /** Fresh parameters, drawn with `key`. */
  init(key: Tensor): P
  /** The output for `x`. Changes nothing: whatever is random comes from the context's key. */
  apply(params: P, x: Tensor, context: Context): Tensor
  /** A tree like the parameters that tells what each is for. */
  kinds(): Kinds
  /** The buffers before the first step, by their paths from here. Default: none. */
  buffers?(): Buffers
}

/** The parameters of a layer or model. */
export type ParamsOf<L> = L extends Layer<infer P> ? P : never
