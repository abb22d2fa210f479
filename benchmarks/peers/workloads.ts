/** What is timed. A training step is forward, backward and SGD with momentum, in f32. */
export interface Workload {
  readonly name: string
  readonly title: string
  /** The target for a training step on the machine that the targets were set on; null for what has a limit instead. */
  readonly milliseconds: number | null
  /** Arithmetic of one run in floating-point operations; null where memory is the limit or where it is not counted. */
  readonly operations: number | null
  /** Bytes that one run has to read and write; null where arithmetic is the limit. */
  readonly bytes: number | null
}

const matmul = (n: number): Workload => ({
  name: `matmul ${n}`,
  title: `matmul [${n}, ${n}] × [${n}, ${n}]`,
  milliseconds: null,
  operations: 2 * n ** 3,
  bytes: null,
})

/** The shape that work bound by memory is done on: 64 MiB, far more than caches hold. */
export const large = [16_384, 1024] as const

const memoryBound = (name: string, title: string): Workload => ({
  name,
  title: `${title}, f32 [${large.join(', ')}]`,
  milliseconds: null,
  operations: null,
  bytes: 2 * 4 * large[0] * large[1],
})

const step = (name: string, title: string, milliseconds: number): Workload => ({
  name,
  title: `${title}, training step`,
  milliseconds,
  operations: null,
  bytes: null,
})

/** Everything that is timed. */
export const workloads: readonly Workload[] = [
  ...[256, 512, 768, 1024].map(matmul),
  memoryBound('chain', 'max(x · 2 + 1, 0) · x - x'),
  memoryBound('softmax', 'softmax over rows'),
  memoryBound('layer norm', 'layer norm over rows'),
  step('mlp', 'MLP 784-512-512-10, batch 128', 12),
  step('vit64', 'ViT d64 L4 h4, 49 tokens, batch 64', 150),
  step('vit192', 'ViT d192 L6 h3, 64 tokens, batch 32', 800),
  step('resnet20', 'ResNet-20, 32×32×3, batch 64', 400),
]

/** The sizes of a vision transformer. */
export interface VitShape {
  readonly width: number
  readonly depth: number
  readonly heads: number
  readonly image: number
  readonly channels: number
  readonly patch: number
  readonly batch: number
}

/** The vision transformers among the workloads, by name. */
export const vits: Readonly<Record<'vit64' | 'vit192', VitShape>> = {
  vit64: { width: 64, depth: 4, heads: 4, image: 28, channels: 1, patch: 4, batch: 64 },
  vit192: { width: 192, depth: 6, heads: 3, image: 32, channels: 3, patch: 4, batch: 32 },
}

/** The perceptron's widths and batch. */
export const perceptron = { widths: [784, 512, 512, 10], batch: 128 } as const

/** The ResNet's batch of 32×32×3 images. */
export const residual = { batch: 64, image: 32, channels: 3 } as const

/** How many classes every model tells apart. */
export const classes = 10
