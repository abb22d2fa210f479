import { expect, test } from 'vitest'
import { makePlan, resolve, schedule } from '../compiler/plan.ts'
import {
  checkpoint,
  customGradient,
  full,
  grad,
  gradcheck,
  hvp,
  jvp,
  type Plan,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../index.ts'
import { expectClose, f64, irregular, watchedBackend } from './autodiff.testing.ts'

type Block = (x: Tensor, w: Tensor) => Tensor

/** Three layers: only what enters it is needed to compute it again. */
const block: Block = (x, w) => x.matmul(w).tanh().matmul(w).sin().matmul(w).tanh()

/** A loss over a chain of blocks, one weight each. */
const chain =
  (layer: Block) =>
  (weights: readonly Tensor[], x: Tensor): Tensor =>
    weights.reduce((h, w) => layer(h, w), x).mean()

/** The plan that computes the loss and all gradients together. */
function planOf(loss: (weights: readonly Tensor[], x: Tensor) => Tensor, depth: number): Plan {
  const weights = Array.from({ length: depth }, (_, i) => irregular([4, 4], i, 'f32'))
  const { value, grad: gradient } = valueAndGrad(loss)(weights, irregular([256, 4], 99, 'f32'))
  const roots = [value, ...gradient].map((t) => resolve(t.node))
  return makePlan(roots, schedule(roots)).plan
}

const count = ({ steps }: Plan, name: string): number =>
  steps.filter(({ primitive }) => primitive.name === name).length

test('a checkpoint computes the same value and the same gradients, bit for bit', async () => {
  const weights = Array.from({ length: 6 }, (_, i) => irregular([4, 4], i, 'f32'))
  const x = irregular([8, 4], 9, 'f32')
  const plain = valueAndGrad(chain(block))(weights, x)
  const saving = valueAndGrad(chain(checkpoint(block)))(weights, x)
  expect(await saving.value.data()).toEqual(await plain.value.data())
  for (const [i, gradient] of saving.grad.entries()) {
    expect(await gradient.data()).toEqual(await plain.grad[i]?.data())
  }
})

test('without a gradient a checkpoint costs nothing', () => {
  const value = checkpoint(block)(irregular([2, 4]), irregular([4, 4]))
  const plain = block(irregular([2, 4]), irregular([4, 4]))
  const stepsOf = (t: Tensor): number => {
    const roots = [resolve(t.node)]
    return makePlan(roots, schedule(roots)).plan.steps.length
  }
  expect(stepsOf(value)).toBe(stepsOf(plain))
})

test('with a gradient the function is computed twice, and no more', () => {
  expect(count(planOf(chain(block), 5), 'sin')).toBe(5)
  expect(count(planOf(chain(checkpoint(block)), 5), 'sin')).toBe(10)
})

test('peak memory falls: it no longer grows with every intermediate, only with every block', () => {
  const kilobytes = (loss: Parameters<typeof planOf>[0], depth: number): number =>
    Math.round(planOf(loss, depth).peakBytes / 1024)
  const growth = (layer: Block): number => (kilobytes(chain(layer), 40) - kilobytes(chain(layer), 20)) / 20
  // An activation is 256 × 4 × 4 bytes = 4 KiB. A block keeps three outside a checkpoint, and its input inside one.
  expect(growth(block)).toBeGreaterThan(12)
  expect(growth(checkpoint(block))).toBeLessThan(5)
  expect(kilobytes(chain(checkpoint(block)), 40)).toBeLessThan(0.5 * kilobytes(chain(block), 40))
})

test('nothing made inside is kept: no constants, and nothing that a custom gradient inside reads', () => {
  const scaled = customGradient((x: Tensor) => ({ value: x.mul(2), rule: (ct) => [ct.mul(x.cos())] }))
  const layer = checkpoint((x: Tensor, w: Tensor) => scaled(x.matmul(w).sin()).mul(full([256, 4], 0.5)))
  const bytes = (depth: number): number => planOf(chain(layer), depth).peakBytes
  // One activation a block: its input.
  expect((bytes(40) - bytes(20)) / 20 / 1024).toBeLessThan(5)
  expect(count(planOf(chain(layer), 5), 'sin')).toBe(10)
})

test('checkpoints of checkpoints save more', () => {
  const depth = 36
  /** The chain in six checkpointed runs of six blocks. */
  const inRuns =
    (layer: Block) =>
    (weights: readonly Tensor[], x: Tensor): Tensor => {
      const run = checkpoint((h: Tensor, first: number) =>
        weights.slice(first, first + 6).reduce((y, w) => layer(y, w), h),
      )
      return Array.from({ length: 6 }, (_, i) => 6 * i)
        .reduce((h, first) => run(h, first), x)
        .mean()
    }
  const flat = planOf(chain(checkpoint(block)), depth).peakBytes
  const runs = planOf(inRuns(block), depth).peakBytes
  const nested = planOf(inRuns(checkpoint(block)), depth)
  expect(nested.peakBytes).toBeLessThan(0.6 * flat)
  expect(nested.peakBytes).toBeLessThan(0.8 * runs)
  // Once forward, once when its run goes backward (but for the last block of a run), once when it goes backward itself.
  expect(count(nested, 'sin')).toBe(3 * depth - 6)
})

test('nested checkpoints give the same gradients', async () => {
  const weights = Array.from({ length: 4 }, (_, i) => irregular([4, 4], i))
  const x = irregular([3, 4], 9)
  const pair = checkpoint((h: Tensor, a: Tensor, b: Tensor) => checkpoint(block)(checkpoint(block)(h, a), b))
  const nested = ([a, b, c, d]: readonly Tensor[]): Tensor =>
    pair(pair(x, a as Tensor, b as Tensor), c as Tensor, d as Tensor).mean()
  const gradients = grad(nested)(weights)
  for (const [i, expected] of grad(chain(block))(weights, x).entries()) {
    await expectClose(gradients[i] as Tensor, Array.from(await expected.data()), 14)
  }
})

test('tensors that the function closes over get their gradients', async () => {
  const loss = (w: Tensor): Tensor => checkpoint((x: Tensor) => x.mul(w).exp().mul(w))(f64([1, 2])).sum()
  // d/dw w·e^(xw) = (1 + xw)·e^(xw)
  await expectClose(grad(loss)(f64(0.5)), [1.5 * Math.exp(0.5) + 2 * Math.exp(1)])
})

test('what is closed over may itself be computed, and be used outside as well', async () => {
  const loss = (w: Tensor): Tensor => {
    const scale = w.square()
    return checkpoint((x: Tensor) => x.mul(scale))(w).add(scale)
  }
  // w³ + w²
  await expectClose(grad(loss)(f64(3)), [33])
})

test('arguments that are no tensors are handed on, and integers may be among the tensors', async () => {
  const pick = checkpoint((x: Tensor, index: Tensor, factor: number) =>
    x.indexSelect(0, index).exp().mul(factor),
  )
  const index = tensor([2, 0], { dtype: 'i32' })
  const gradient = grad((x: Tensor) => pick(x, index, 10).sum())(f64([0, 1, 2]))
  await expectClose(gradient, [10, 0, 10 * Math.exp(2)])
})

test('a function that computes nothing is its argument', async () => {
  const same = checkpoint((x: Tensor) => x)
  await expectClose(grad((x: Tensor) => same(x).square())(f64(3)), [6])
  const constant = checkpoint(() => f64(2))
  await expectClose(grad((x: Tensor) => x.mul(constant()))(f64(3)), [2])
})

test('higher derivatives and forward mode go through', async () => {
  const f = (x: Tensor): Tensor => x.sin().mul(x.exp()).tanh()
  await gradcheck(checkpoint(f), [f64([0.3, -0.7])])
  const [x, v] = [f64([0.3, -0.7]), f64([1, 2])]
  const total = (g: typeof f) => (t: Tensor) => g(t).sum()
  await expectClose(hvp(total(checkpoint(f)), x, v), Array.from(await hvp(total(f), x, v).data()), 12)
  const third = (g: typeof f): Tensor =>
    grad((t: Tensor) => grad((s: Tensor) => grad(total(g))(s).sum())(t).sum())(x)
  await expectClose(third(checkpoint(f)), Array.from(await third(f).data()), 12)
})

test('a tangent pushed through a checkpoint computes nothing twice', async () => {
  const { backend, runs } = watchedBackend()
  const { tangent } = jvp(
    checkpoint((x: Tensor) => x.exp().sin()),
    f64(1),
    f64(1),
  )
  await tangent.data({ backend })
  expect(runs.flatMap((plan) => Array(count(plan, 'exp')).fill('exp'))).toEqual(['exp'])
})
