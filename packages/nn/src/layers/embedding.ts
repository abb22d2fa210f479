import { foldIn, OpError, type Tensor } from '@samkit/core'
import { type Initializer, normalInit } from '../init.ts'
import type { Layer } from '../layer.ts'

/** Parameters of {@link embedding}: `weight` `[count, dim]`, one row per index. */
export interface EmbeddingParams {
  readonly weight: Tensor
}

/** Options of {@link embedding}. */
export interface EmbeddingOptions {
  /** Draws the weight. Default: normal with standard deviation 1, as PyTorch. */
  readonly weightInit?: Initializer
}

/**
 * A learned vector for each of `count` indices: `i32` `[…]` → `[…, dim]`.
 *
 * @throws OpError when applied to other than `i32`; when it runs, if an index is not from 0 to `count - 1`.
 */
export function embedding(
  count: number,
  dim: number,
  { weightInit = normalInit({ std: 1 }) }: EmbeddingOptions = {},
): Layer<EmbeddingParams> {
  return {
    init: (key) => ({ weight: weightInit(foldIn(key, 0), [count, dim]) }),
    apply: ({ weight }, indices) => {
      if (indices.dtype !== 'i32') throw new OpError('embedding', `needs i32 indices, got ${indices.dtype}`)
      return weight.indexSelect(0, indices)
    },
    kinds: () => ({ weight: 'embedding' }),
  }
}
