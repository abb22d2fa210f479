import { expect, test } from 'vitest'
import { type Tensor, tensor, zeros } from '../index.ts'
import { expectClose, watchedBackend } from './autodiff.testing.ts'

const variable = (values: number | number[]): Tensor => tensor(values, { dtype: 'f64', requiresGrad: true })

/** The gradient that `backward` left, which must be there. */
function gradOf(t: Tensor): Tensor {
  if (t.grad === null) throw new Error('there is no gradient')
  return t.grad
}

test('backward leaves the gradient in .grad of every tensor that requires one', async () => {
  const x = variable([1, 2])
  const w = variable([3, 4])
  expect(x.grad).toBe(null)
  x.mul(w).sum().backward()
  await expectClose(gradOf(x), [3, 4])
  await expectClose(gradOf(w), [1, 2])
})

test('a second backward adds to .grad, as in PyTorch', async () => {
  const x = variable(3)
  const y = x.square()
  y.backward()
  y.backward()
  await expectClose(gradOf(x), [12])
  x.mul(5).backward()
  await expectClose(gradOf(x), [17])
})

test('only .grad accumulates: intermediates start afresh each time', async () => {
  const x = variable(1)
  const h = x.mul(2)
  const y = h.mul(1)
  for (let i = 1; i <= 3; i++) {
    y.backward()
    await expectClose(gradOf(x), [2 * i])
  }
})

test('setting .grad to null starts afresh', async () => {
  const x = variable(3)
  x.square().backward()
  x.grad = null
  x.square().backward()
  await expectClose(gradOf(x), [6])
})

test('a consumer that the loss does not depend on changes nothing', async () => {
  const x = variable(1)
  const y = x.mul(2)
  const dangling = y.mul(5)
  const alsoDangling = x.exp()
  y.mul(3).backward()
  await expectClose(gradOf(x), [6])
  expect([dangling.grad, alsoDangling.grad]).toEqual([null, null])
})

test('a value used several times gets the sum of its gradients', async () => {
  const x = variable(3)
  const left = x.mul(2)
  const right = x.square()
  left.mul(right).add(left).add(x).backward()
  // d/dx (2x·x² + 2x + x)
  await expectClose(gradOf(x), [57])
})

test('intermediate values keep no gradient', async () => {
  const x = variable(2)
  const h = x.square()
  h.mul(3).backward()
  expect(h.requiresGrad).toBe(false)
  expect(h.grad).toBe(null)
  await expectClose(gradOf(x), [12])
})

test('tensors made without requiresGrad get none', () => {
  const x = variable(2)
  const data = tensor(3, { dtype: 'f64' })
  x.mul(data).backward()
  expect(data.grad).toBe(null)
})

test('a loss without anything to differentiate toward is refused', () => {
  expect(() => tensor([1, 2]).sum().backward()).toThrow(
    'backward: this loss depends on no tensor made with tensor(…, { requiresGrad: true })',
  )
})

test('a loss that is no scalar is refused', () => {
  expect(() => variable([1, 2]).mul(2).backward()).toThrow(
    'backward: needs a scalar loss in f32 or f64, got f64 [2]',
  )
})

test('a variable hidden behind stopGradient gets zeros', async () => {
  const x = variable([1, 2])
  const w = variable(3)
  x.stopGradient().sum().mul(w).backward()
  expect(await gradOf(x).array()).toEqual([0, 0])
  await expectClose(gradOf(w), [3])
})

test('integers cannot require a gradient', () => {
  expect(() => tensor([1], { dtype: 'i32', requiresGrad: true })).toThrow(
    'requiresGrad needs f32 or f64, got i32',
  )
})

test('reading all gradients runs the backward pass once', async () => {
  const { backend, runs } = watchedBackend()
  const [x, w, b] = [variable([1, 2]), variable([3, 4]), variable(5)]
  const loss = x.mul(w).add(b).tanh().sum()
  loss.backward()
  await Promise.all([x, w, b].map((t) => gradOf(t).data({ backend })))
  await loss.data({ backend })
  expect(runs.length).toBe(1)
})

test('a loss read before backward is not computed again', async () => {
  const { backend, runs } = watchedBackend()
  const x = variable([1, 2])
  const h = x.exp()
  const loss = h.sum()
  await h.data({ backend })
  await loss.data({ backend })
  loss.backward()
  await gradOf(x).data({ backend })
  const exps = runs.flatMap(({ steps }) => steps.filter(({ primitive }) => primitive.name === 'exp'))
  expect(exps.length).toBe(1)
})

test('gradients collected over several losses are those of their sum', async () => {
  const w = variable([1, 2])
  for (const x of [1, 2, 3]) w.mul(x).square().sum().backward()
  await expectClose(gradOf(w), [28, 56])
})

test('.grad is a tensor like any other: a step of gradient descent', async () => {
  let w = variable([1, -2])
  for (let step = 0; step < 60; step++) {
    w.square().sum().backward()
    const next = w.sub(gradOf(w).mul(0.25))
    await next.realize()
    w = tensor(await next.data(), { requiresGrad: true })
  }
  await expectClose(w, [0, 0], 12)
})

test('backward computes nothing until a gradient is read', async () => {
  const { backend, runs } = watchedBackend()
  const x = tensor(zeros([2]).dataSync(), { requiresGrad: true })
  x.exp().sum().backward()
  expect(runs.length).toBe(0)
  await gradOf(x).data({ backend })
  expect(runs.length).toBe(1)
})
