import { OpError, type Tensor } from '@samkit/core'
import type { Layer } from '../layer.ts'
import { dropout } from '../layers/dropout.ts'
import { type LinearParams, linear } from '../layers/linear.ts'
import { lambda, module, sequential } from '../module.ts'

/** Options of {@link mlp}. */
export interface MlpOptions {
  /** Dropout rate after each hidden layer, in [0, 1). Default 0. */
  readonly dropout?: number
}

/** Parameters of {@link mlp}: one entry per linear layer. */
export interface MlpParams {
  readonly layers: readonly LinearParams[]
}

/**
 * Linear layers with ReLU between them. `sizes` lists the widths from input to output, as in `[784, 512, 10]`. Inputs of
 * more axes are flattened: `[N, …] → [N, sizes.at(-1)]`.
 *
 * @throws OpError for fewer than two sizes.
 */
export function mlp(sizes: readonly number[], { dropout: rate = 0 }: MlpOptions = {}): Layer<MlpParams> {
  if (sizes.length < 2)
    throw new OpError('mlp', `needs an input and an output width, got [${sizes.join(', ')}]`)
  const layers = sizes.slice(1).map((width, i) => linear(sizes[i] ?? 0, width))
  const hidden = layers.slice(0, -1).map(() =>
    sequential(
      lambda((x) => x.relu()),
      dropout(rate),
    ),
  )
  return module({ layers, hidden }, (l, images) =>
    l.layers.reduce((x, layer, i) => (l.hidden[i] ?? same)(layer(x)), images.flatten({ startAxis: 1 })),
  )
}

/** After the last layer comes nothing more. */
const same = (x: Tensor): Tensor => x
