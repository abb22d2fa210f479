import type { Operations } from './operations.ts'
import { type HostTensor, uniform, type Workload } from './workload.ts'

const rows = [1024, 1024] as const

/** Twenty elementwise operations one after another. */
function chain(): Workload {
  const apply = <T>(ops: Operations<T>, x: T): T => {
    let y = x
    for (let i = 0; i < 5; i++) y = ops.sub(ops.maximum(ops.add(ops.mul(y, 0.9), x), -0.5), 0.1)
    return y
  }
  return {
    name: 'chain',
    title: 'chain of 20 elementwise operations, [1024, 1024]',
    work: { kind: 'map', apply },
    state: [uniform(rows, 1)],
    fixed: [],
    more: 8,
  }
}

function softmax(): Workload {
  return {
    name: 'softmax',
    title: 'softmax over rows, [1024, 1024]',
    work: { kind: 'map', apply: (ops, x) => ops.softmax(x) },
    state: [uniform(rows, 2, 4)],
    fixed: [],
    more: 4,
  }
}

function layerNorm(): Workload {
  const apply = <T>(ops: Operations<T>, x: T, [scale, shift]: readonly T[]): T =>
    ops.add(ops.mul(ops.standardize(x), scale as T), shift as T)
  return {
    name: 'layer norm',
    title: 'layer norm over rows with scale and shift, [1024, 1024]',
    work: { kind: 'map', apply },
    state: [uniform(rows, 3)],
    fixed: [uniform([1024], 4), uniform([1024], 5)],
    more: 4,
  }
}

function matmul(n: number): Workload {
  return {
    name: `matmul ${n}`,
    title: `matmul [${n}, ${n}] × [${n}, ${n}]`,
    work: {
      kind: 'map',
      apply: <T>(ops: Operations<T>, x: T, [w]: readonly T[]): T => ops.matmul(x, w as T),
    },
    state: [uniform([n, n], 6)],
    // Products of the same size again and again, whose elements neither grow nor vanish.
    fixed: [uniform([n, n], 7, Math.sqrt(3 / n))],
    more: n > 512 ? 1 : 3,
  }
}

function convolution(): Workload {
  const images: HostTensor = { ...uniform([8, 64, 32, 32], 8), kind: 'images' }
  const kernels: HostTensor = { ...uniform([64, 64, 3, 3], 9, Math.sqrt(3 / (64 * 9))), kind: 'kernels' }
  return {
    name: 'conv',
    title: 'convolution 3×3, [8, 64, 32, 32] → 64',
    work: {
      kind: 'map',
      apply: <T>(ops: Operations<T>, x: T, [w]: readonly T[]): T => ops.conv(x, w as T, 1),
    },
    state: [images],
    fixed: [kernels],
    more: 1,
  }
}

/** What maps a tensor to one of the same shape. */
export const maps: readonly (() => Workload)[] = [
  chain,
  softmax,
  layerNorm,
  () => matmul(256),
  () => matmul(512),
  () => matmul(1024),
  convolution,
]
