import { formatShape, matmul, OpError } from '@samkit/core'
import type { Layer } from '../layer.ts'
import { type Conv2dParams, conv2d } from './conv2d.ts'

/** Parameters of {@link patchEmbed}, named as timm's: a convolution `proj` whose kernel is a patch. */
export interface PatchEmbedParams {
  readonly proj: Conv2dParams
}

/**
 * Cuts images `[N, channels, H, W]` into square patches and maps each to a token: `[N, H/patch · W/patch, dim]`
 * (Dosovitskiy et al., 2021, eq. 1). A convolution whose stride is its kernel's size, done as one matrix product.
 *
 * @throws OpError when applied to images whose sides are no multiples of `patchSize`.
 */
export function patchEmbed(channels: number, dim: number, patchSize: number): Layer<PatchEmbedParams> {
  const convolution = conv2d(channels, dim, patchSize)
  return {
    init: (key) => ({ proj: convolution.init(key) }),
    apply: ({ proj: { weight, bias } }, images) => {
      const [n = 0, c = 0, height = 0, width = 0] = images.shape
      const [rows, columns] = [height / patchSize, width / patchSize]
      if (images.rank !== 4 || c !== channels || !Number.isInteger(rows) || !Number.isInteger(columns)) {
        const wanted = `[N, ${channels}, H, W] with H and W multiples of ${patchSize}`
        throw new OpError('patchEmbed', `needs ${wanted}, got ${formatShape(images.shape)}`)
      }
      const patches = images
        .reshape(n, c, rows, patchSize, columns, patchSize)
        .permute(0, 2, 4, 1, 3, 5)
        .reshape(n, rows * columns, c * patchSize ** 2)
      const tokens = matmul(patches, weight.reshape(dim, -1).transpose())
      return bias === null ? tokens : tokens.add(bias)
    },
    kinds: () => ({ proj: convolution.kinds() }),
  }
}
