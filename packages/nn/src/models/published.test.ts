import { key, type Tensor, tensor } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import type { Layer } from '../layer.ts'
import { loadStateDict, stateDict } from '../state-dict.ts'
import { resnet18 } from './resnet.ts'
import { visionTransformer } from './vision-transformer.ts'

/*
 * Logits that torchvision 0.29 and timm 1.0.29 (on PyTorch 2.13, in double precision) give for the same weights. The weights
 * follow from a formula, so that nothing large is kept here: element j of the i-th tensor of the sorted state dict is
 * s = sin(0.37 j (1 + i mod 7) + i), scaled by √(3 / fan-in) for weights of more than one axis, 1 + s/2 for running
 * variances, 1 + s/10 for scales and s/10 otherwise. Pixel j is sin(0.11 j).
 */
const published = {
  resnet18: [
    -1.5894584249, -0.195219006, 1.1474479494, 1.8231784568, 0.7216221801, -0.8026504891, -1.6914801407,
    -1.305810994, 0.4029707588, 1.4907127773, -1.5617728688, -0.1494620535, 1.1734074813, 1.8078562532,
    0.677699018, -0.8388234515, -1.6899658729, -1.2678627163, 0.4459467508, 1.503148711,
  ],
  vit: [
    3.1476005188, 13.1847998346, 10.5709944836, -1.9924096741, -12.5458897429, -11.3459230211, 0.5555507944,
    12.0909562321, 12.1305921784, 0.5383576043, 2.8142090234, 12.2118049197, 9.8802906699, -1.7463934152,
    -11.5962492248, -10.5924249093, 0.3989811031, 11.1726655979, 11.320643837, 0.6041624914,
  ],
}

function byFormula(path: string, shape: readonly number[], i: number): Tensor {
  const size = shape.reduce((count, n) => count * n, 1)
  const scaled = (s: number): number => {
    if (shape.length > 1) return s * Math.sqrt(3 / (size / (shape[0] ?? 1)))
    if (path.endsWith('running_var')) return 1 + s / 2
    return path.endsWith('weight') ? 1 + s / 10 : s / 10
  }
  return tensor(
    Float32Array.from({ length: size }, (_, j) => scaled(Math.sin(j * 0.37 * (1 + (i % 7)) + i))),
  ).reshape([...shape])
}

async function logitsOf<P>(model: Layer<P>): Promise<readonly number[]> {
  const fresh = { params: model.init(key(0)), buffers: model.buffers?.() ?? {} }
  const entries = Object.entries(stateDict(fresh.params, fresh.buffers)).sort(([a], [b]) => (a < b ? -1 : 1))
  const weights = Object.fromEntries(
    entries.map(([path, t], i) => [path, t.dtype === 'i32' ? t : byFormula(path, t.shape, i)]),
  )
  const isBuffer = (path: string): boolean => path in fresh.buffers
  const part = (wanted: boolean): Record<string, Tensor> =>
    Object.fromEntries(Object.entries(weights).filter(([path]) => isBuffer(path) === wanted))
  const params = loadStateDict(fresh.params, part(false))
  const images = tensor(Float32Array.from({ length: 2 * 3 * 32 * 32 }, (_, j) => Math.sin(j * 0.11)))
  const context = { training: false, key: null, path: '', buffers: part(true), report: () => {} }
  return [...(await model.apply(params, images.reshape([2, 3, 32, 32]), context).data())]
}

describe('with the weights of another framework, the same logits come out', () => {
  it('resnet18, as in torchvision and timm', async () => {
    const logits = await logitsOf(resnet18({ classes: 10 }))
    for (const [i, expected] of published.resnet18.entries()) expect(logits[i]).toBeCloseTo(expected, 4)
  })

  it('a vision transformer of ViT-Ti’s width, as in timm', async () => {
    const model = visionTransformer(
      { dim: 192, depth: 2, heads: 3 },
      { imageSize: 32, patchSize: 8, classes: 10 },
    )
    const logits = await logitsOf(model)
    // Logits of about 13, in single precision: timm's own are off by 1e-5.
    for (const [i, expected] of published.vit.entries()) expect(logits[i]).toBeCloseTo(expected, 3)
  })
})
