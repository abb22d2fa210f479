import type { Layer } from '../layer.ts'
import { type VisionTransformerParams, type VitOptions, visionTransformer } from './vision-transformer.ts'

// The sizes of Dosovitskiy et al., 2021, table 1 (base, large) and Touvron et al., 2021, table 1 (tiny, small).

/** ViT-Ti (timm's `vit_tiny_patch16_224` by default): 192 wide, 12 blocks, 3 heads. 5,717,416 parameters. */
export function vitTiny(options: VitOptions = {}): Layer<VisionTransformerParams> {
  return visionTransformer({ dim: 192, depth: 12, heads: 3 }, options)
}

/** ViT-S (timm's `vit_small_patch16_224` by default): 384 wide, 12 blocks, 6 heads. 22,050,664 parameters. */
export function vitSmall(options: VitOptions = {}): Layer<VisionTransformerParams> {
  return visionTransformer({ dim: 384, depth: 12, heads: 6 }, options)
}

/** ViT-B (timm's `vit_base_patch16_224` by default): 768 wide, 12 blocks, 12 heads. 86,567,656 parameters. */
export function vitBase(options: VitOptions = {}): Layer<VisionTransformerParams> {
  return visionTransformer({ dim: 768, depth: 12, heads: 12 }, options)
}

/** ViT-L (timm's `vit_large_patch16_224` by default): 1024 wide, 24 blocks, 16 heads. 304,326,632 parameters. */
export function vitLarge(options: VitOptions = {}): Layer<VisionTransformerParams> {
  return visionTransformer({ dim: 1024, depth: 24, heads: 16 }, options)
}

const cifar: VitOptions = { imageSize: 32, patchSize: 4, classes: 10 }

/** A ViT-Ti of half the depth for 32×32 images in 4×4 patches: 192 wide, 6 blocks, 3 heads. 2,693,578 parameters. */
export function vitTinyCifar(options: VitOptions = {}): Layer<VisionTransformerParams> {
  return visionTransformer({ dim: 192, depth: 6, heads: 3 }, { ...cifar, ...options })
}

/** A ViT-S of half the depth for 32×32 images in 4×4 patches: 384 wide, 6 blocks, 6 heads. 10,695,562 parameters. */
export function vitSmallCifar(options: VitOptions = {}): Layer<VisionTransformerParams> {
  return visionTransformer({ dim: 384, depth: 6, heads: 6 }, { ...cifar, ...options })
}
