import { foldIn, type Tensor } from '@samkit/core'

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
  readonly buffers?: Buffers | undefined
  /**
   * Takes the new value of a buffer, by its whole path. A training step keeps what the pass at the unperturbed parameters
   * reports. Default: nobody listens.
   */
  readonly report?: ((path: string, value: Tensor) => void) | undefined
}

/** A path one level down: `layer1` and `0` give `layer1.0`. */
export function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** The context of a part: the same pass, at its own path, with a random key of its own. */
export function childContext(parent: Context, name: string, index: number): Context {
  const { training, buffers, report } = parent
  let key: Tensor | null = null
  return {
    training,
    buffers,
    report,
    path: join(parent.path ?? '', name),
    // Worked out only if somebody asks, since most layers never do.
    get key() {
      if (key === null && parent.key !== null) key = foldIn(parent.key, index)
      return key
    },
  }
}
