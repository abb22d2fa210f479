import { expect, test } from 'vitest'
import { compileStats, grad, hessian, jacobian, type Tensor, tensor, zeros } from '../index.ts'
import { expectClose, f64, irregular, watchedBackend } from './autodiff.testing.ts'

test('a Jacobian has the shape of the output, then of the input', () => {
  const f = (x: Tensor): Tensor => x.reshape([6]).at([null, 5]).reshape([5, 1])
  expect(jacobian(f)(irregular([2, 3])).shape).toEqual([5, 1, 2, 3])
})

test('entry [i, j] is the derivative of output i toward input j, whether it is wide or tall', async () => {
  const w = f64([
    [1, 2, 3],
    [4, 5, 6],
  ])
  const transposed = [1, 4, 2, 5, 3, 6]
  await expectClose(jacobian((x: Tensor) => x.matmul(w))(f64([7, 8])), transposed)
  const wide = jacobian((x: Tensor) => w.matmul(x))(f64([7, 8, 9]))
  await expectClose(wide, [1, 2, 3, 4, 5, 6])
})

test('the Jacobian of a scalar function of a scalar is its derivative', async () => {
  await expectClose(jacobian((x: Tensor) => x.sin())(f64(2)), [Math.cos(2)])
})

test('the Jacobian of an elementwise function is diagonal', async () => {
  expect(await jacobian((x: Tensor) => x.square())(f64([1, 2, 3])).array()).toEqual([
    [2, 0, 0],
    [0, 4, 0],
    [0, 0, 6],
  ])
})

test('the Jacobian of a function that ignores its input is zero', async () => {
  expect(await jacobian(() => f64([1, 2]))(f64([3])).array()).toEqual([[0], [0]])
})

test('a Jacobian takes one run', async () => {
  const { backend, runs } = watchedBackend()
  await jacobian((x: Tensor) => x.exp().cumsum({ axis: 0 }))(irregular([5])).data({ backend })
  expect(runs.length).toBe(1)
  expect(runs[0]?.steps.filter(({ primitive }) => primitive.name === 'exp').length).toBe(1)
})

test('a Hessian holds all second derivatives: [...input, ...input]', async () => {
  const bowl = (x: Tensor): Tensor => x.at(0).square().mul(3).add(x.prod())
  expect(await hessian(bowl)(f64([2, 5])).array()).toEqual([
    [6, 1],
    [1, 0],
  ])
  expect(hessian((x: Tensor) => x.sum())(irregular([2, 3])).shape).toEqual([2, 3, 2, 3])
})

test('the Hessian of softmax cross-entropy toward the logits is diag(p) - p pᵀ', async () => {
  const logits = irregular([4])
  const loss = (z: Tensor): Tensor => z.logSoftmax().at(2).neg()
  const p = Array.from(await logits.softmax().data())
  const expected = p.flatMap((a, i) => p.map((b, j) => (i === j ? a : 0) - a * b))
  await expectClose(hessian(loss)(logits), expected, 12)
})

test('derivatives of a Jacobian are derivatives like any other', async () => {
  const trace = (x: Tensor): Tensor =>
    jacobian((y: Tensor) => y.pow(3))(x)
      .diagonal()
      .sum()
  await expectClose(grad(trace)(f64([1, 2])), [6, 12])
})

test('a Jacobian in a loop compiles once', async () => {
  const matrix = jacobian((x: Tensor) => x.sin())
  await matrix(f64([1, 2])).data()
  const { compiled } = compileStats()
  await matrix(f64([3, 4])).data()
  expect(compileStats().compiled).toBe(compiled)
})

test('what has no Jacobian is refused', () => {
  expect(() => jacobian((x: Tensor) => x)(zeros([0]))).toThrow(
    'jacobian: needs at least one input and output element',
  )
  expect(() => jacobian((x: Tensor) => x.argmax({ axis: 0 }))(f64([1, 2]))).toThrow(
    'jacobian: the function must return one tensor in f32 or f64, got an i32 tensor',
  )
  expect(() => jacobian((x: Tensor) => x)(tensor([1], { dtype: 'i32' }))).toThrow(
    'jacobian: the argument is i32',
  )
  expect(() => jacobian((x: Tensor) => x)({ x: f64(1) } as never)).toThrow(
    'jacobian: differentiates toward one tensor; use vjp for trees',
  )
  expect(() => hessian((x: Tensor) => x)(f64([1, 2]))).toThrow('needs a scalar loss')
})
