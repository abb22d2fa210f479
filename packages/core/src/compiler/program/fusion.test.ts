import { describe, expect, test } from 'vitest'
import {
  add,
  concat,
  conv2d,
  logSoftmax,
  matmul,
  mul,
  pad,
  relu,
  softmax,
  sqrt,
  sum,
  type Tensor,
  vjp,
} from '../../index.ts'
import { evaluated } from '../graphs.testing.ts'
import type { FusedKernel, Kernel } from './kernel.ts'
import type { LowerOptions } from './lower.ts'
import { computed, firstGap, numbers, programOf } from './programs.testing.ts'

/** The kinds of the kernels in each task; a program that computes something else fails. */
function tasksOf(roots: readonly Tensor[], options: LowerOptions = {}): string[] {
  expect(firstGap(computed(roots, options), evaluated(roots))).toBeUndefined()
  return programOf(roots, options).tasks.map(({ kernels }) => kernels.map(kindOf).join(' → '))
}

function kindOf(kernel: Kernel): string {
  return kernel.kind === 'primitive' ? kernel.primitive.name : kernel.kind
}

/** Kernels that only move numbers about. */
function copies(roots: readonly Tensor[]): FusedKernel[] {
  return programOf(roots)
    .tasks.flatMap(({ kernels }) => kernels)
    .filter((kernel) => kernel.kind === 'fused')
    .filter(({ body }) => body.every(({ op }) => op === 'load'))
}

function barriersOf(roots: readonly Tensor[]): number {
  return programOf(roots).tasks.filter(({ barrier }) => barrier).length
}

/** A function's value and its gradients toward all of its arguments. */
function withGradients(
  f: (...args: readonly Tensor[]) => Tensor,
  args: readonly Tensor[],
  ct: Tensor,
): Tensor[] {
  const { value, pullback } = vjp((given: readonly Tensor[]) => f(...given), args)
  return [value, ...pullback(ct)]
}

const x = numbers([24, 16], 1)
const ct = numbers([24, 16], 2)

function layerNorm(t: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const centred = t.sub(t.mean({ axis: -1, keepDims: true }))
  const variance = centred.square().mean({ axis: -1, keepDims: true })
  return centred
    .div(sqrt(variance.add(1e-5)))
    .mul(weight)
    .add(bias)
}

describe('one kernel', () => {
  test('computes a softmax', () => {
    expect(tasksOf([softmax(x)])).toEqual(['fused'])
    expect(tasksOf([softmax(x, { axis: 0 })])).toEqual(['fused'])
  })

  test('computes a softmax and its gradient', () => {
    expect(tasksOf(withGradients((t) => softmax(t!), [x], ct))).toEqual(['fused'])
  })

  test('computes a layer norm, and its gradient toward the input', () => {
    const [weight, bias] = [numbers([16], 3), numbers([16], 4)]
    expect(tasksOf([layerNorm(x, weight, bias)])).toEqual(['fused'])
    expect(tasksOf(withGradients((t) => layerNorm(t!, weight, bias), [x], ct))).toEqual(['fused'])
  })

  test('computes the gradients of a layer norm toward weight and bias', () => {
    const [, ...gradients] = withGradients(
      (w, b) => layerNorm(x, w!, b!),
      [numbers([16], 3), numbers([16], 4)],
      ct,
    )
    const kernels = programOf(gradients).tasks.flatMap((task) => task.kernels)
    expect(kernels.at(-1)).toMatchObject({ kind: 'fused', kept: [16], reduced: [24], stores: [{}, {}] })
    // The rows' means and deviations come before.
    expect(tasksOf(gradients)).toEqual(['fused → fused'])
  })

  test('computes a batch norm over images', () => {
    const images = numbers([3, 12, 4, 5], 5)
    const axis = [0, 2, 3]
    const centred = images.sub(images.mean({ axis, keepDims: true }))
    const y = centred.div(sqrt(centred.square().mean({ axis, keepDims: true }).add(1e-5)))
    expect(tasksOf([y])).toEqual(['fused'])
    expect(programOf([y]).tasks[0]?.kernels[0]).toMatchObject({ kept: [12], reduced: [3, 20] })
  })

  test('computes an Adam update of three tensors', () => {
    const [w, g, m, v] = [
      numbers([8, 8], 1),
      numbers([8, 8], 2),
      numbers([8, 8], 3),
      numbers([8, 8], 4).square(),
    ]
    const m1 = m.mul(0.9).add(g.mul(0.1))
    const v1 = v.mul(0.999).add(g.square().mul(0.001))
    expect(tasksOf([m1, v1, w.sub(m1.div(sqrt(v1).add(1e-8)))])).toEqual(['fused'])
  })
})

test('a cross-entropy of probabilities is two kernels', () => {
  const targets = softmax(ct)
  const loss = (t: Tensor, p: Tensor): Tensor =>
    sum(mul(logSoftmax(t, { axis: 1 }), p), { axis: 1 })
      .mean()
      .neg()
  expect(
    tasksOf([loss(x, numbers([24, 16], 7))])
      .join(' → ')
      .split(' → '),
  ).toHaveLength(2)
  expect(
    tasksOf([loss(x, targets)])
      .join(' → ')
      .split(' → ').length,
  ).toBeLessThanOrEqual(3)
})

test('a linear layer with bias and GELU is a matrix product and one kernel on the same share', () => {
  const [t, w, bias] = [numbers([64, 16], 1), numbers([24, 16], 2), numbers([24], 3)]
  expect(tasksOf([matmul(t, w.transpose()).add(bias).gelu()])).toEqual(['matmul → fused'])
})

test('a linear layer and its gradients copy nothing', () => {
  const [t, w, bias] = [numbers([64, 16], 1), numbers([24, 16], 2), numbers([24], 3)]
  const layer = (a?: Tensor, b?: Tensor, c?: Tensor): Tensor => relu(add(matmul(a!, b!.transpose()), c!))
  const all = withGradients(layer, [t, w, bias], numbers([64, 24], 4))
  expect(copies(all)).toEqual([])
  expect(
    tasksOf(all)
      .join(' → ')
      .split(' → ')
      .filter((kind) => kind === 'matmul'),
  ).toHaveLength(3)
})

function attention(t: Tensor, qkvWeight: Tensor, outWeight: Tensor): Tensor {
  const [n = 0, tokens = 0, dim = 0] = t.shape
  const heads = 2
  const qkv = matmul(t, qkvWeight.transpose()).reshape(n, tokens, 3, heads, dim / heads)
  const [q, k, v] = [0, 1, 2].map((i) => qkv.at(null, null, i).transpose(1, 2)) as [Tensor, Tensor, Tensor]
  const mixed = matmul(softmax(matmul(q, k.transpose())), v)
  return matmul(mixed.transpose(1, 2).reshape(n, tokens, dim), outWeight.transpose())
}

test('attention and its gradients copy nothing', () => {
  const args = [numbers([3, 5, 8], 1), numbers([24, 8], 2), numbers([8, 8], 3)]
  const all = withGradients((t, w, o) => attention(t!, w!, o!), args, numbers([3, 5, 8], 4))
  tasksOf(all)
  expect(copies(all)).toEqual([])
})

test('the sum of a long vector is partial sums and their sum', () => {
  const long = numbers([200_000], 1)
  expect(tasksOf([long.square().sum()])).toEqual(['fused', 'fused'])
  const [first, second] = programOf([long.sum()]).tasks.flatMap(({ kernels }) => kernels)
  expect(first).toMatchObject({ kept: [10], reduced: [20_000] })
  expect(second).toMatchObject({ kept: [], reduced: [10] })
})

test('the gradient of a bias is a kernel of its own, beside the product that reads the same', () => {
  const [t, w, bias] = [numbers([640, 64], 1), numbers([64, 64], 2), numbers([64], 3)]
  const [, ...gradients] = withGradients((b, c) => matmul(t, b!).add(c!), [w, bias], numbers([640, 64], 4))
  const { tasks } = programOf(gradients)
  expect(tasks.map(({ barrier, kernels }) => [barrier, ...kernels.map(kindOf)])).toEqual([
    [true, 'fused'],
    [false, 'matmul'],
  ])
})

test('the norms of many tensors wait for each other only once', () => {
  const tensors = Array.from({ length: 40 }, (_, i) => numbers([50, 40 + i], i))
  const norm = tensors.map((t) => t.square().sum()).reduce((a, b) => add(a, b))
  expect(barriersOf([norm])).toBeLessThanOrEqual(2)
  expect(firstGap(computed([norm]), evaluated([norm]))).toBeUndefined()
})

test('pieces of a joined tensor are computed where they belong', () => {
  const [a, b] = [numbers([3, 4], 1), numbers([3, 5], 2)]
  const joined = concat([matmul(a, numbers([4, 2], 3)), mul(b, b)], 1)
  expect(copies([joined])).toEqual([])
  expect(tasksOf([joined])).toEqual(['matmul', 'fused'])
})

test('what is cheap is computed again rather than kept', () => {
  const args = [numbers([32, 16], 1), numbers([16], 3), numbers([16], 4), numbers([16, 16], 2)]
  const f = (t?: Tensor, a?: Tensor, b?: Tensor, w?: Tensor): Tensor => matmul(layerNorm(t!, a!, b!), w!)
  const all = withGradients(f, args, numbers([32, 16], 5))
  tasksOf(all)
  const [first] = programOf(all).tasks.flatMap(({ kernels }) => kernels)
  // The norm, and a mean and a deviation for each row: not the distances from the mean.
  const written = first?.kind === 'fused' ? first.stores.map(({ value }) => first.body[value]?.level) : []
  expect(written.filter((level) => level === 'element')).toHaveLength(1)
})

test('so is what builds on it: steps along many tensors keep nothing between', () => {
  const count = 20
  const [ws, vs] = [1, 2].map((seed) => Array.from({ length: count }, (_, i) => numbers([40 + i], seed + i)))
  const norm = (list: readonly Tensor[]): Tensor =>
    sqrt(list.map((t) => sum(mul(t, t))).reduce((a, b) => add(a, b)))
  const back = (vs ?? []).map((v) => v.neg())
  const scale = norm(back)
  const steps = back.map((v) => v.div(scale))
  const all = [norm(steps), ...(ws ?? []).map((w, i) => add(w, steps[i] as Tensor))]
  tasksOf(all)
  const kept = programOf(all).buffers.filter(({ kind, size }) => kind === 'scratch' && size >= 40)
  expect(kept).toEqual([])
})

test('zeros around the input of a convolution are padding of its own', () => {
  const [images, kernel] = [numbers([2, 3, 6, 5], 1), numbers([4, 3, 3, 3], 2)]
  const padded = pad(images, [
    [1, 2],
    [0, 1],
  ])
  expect(tasksOf([conv2d(padded, kernel, { padding: 1 })])).toEqual(['conv'])
})
