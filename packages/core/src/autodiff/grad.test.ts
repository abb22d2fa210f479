import { expect, test } from 'vitest'
import { compileStats, grad, type Tensor, tensor, valueAndGrad } from '../index.ts'
import { expectClose, f64, watchedBackend } from './autodiff.testing.ts'

test('grad gives the derivative of a scalar function', async () => {
  const slope = grad((x: Tensor) => x.pow(3).sum())
  await expectClose(slope(f64([1, 2, -3])), [3, 12, 27])
})

test('valueAndGrad gives the value beside it', async () => {
  const { value, grad: gradient } = valueAndGrad((w: Tensor) => w.square().sum())(f64([3, 4]))
  await expectClose(value, [25])
  await expectClose(gradient, [6, 8])
})

test('a gradient has the shape and dtype of what it is the gradient of', () => {
  for (const dtype of ['f32', 'f64'] as const) {
    const gradient = grad((x: Tensor) => x.mul(2).mean())(tensor([[1, 2, 3]], { dtype }))
    expect([gradient.dtype, gradient.shape]).toEqual([dtype, [1, 3]])
  }
})

test('a gradient has the structure of the parameters, numbers and absences included', async () => {
  const params = {
    layers: [
      { weight: f64([[2]]), bias: f64([1]) },
      { weight: f64([[3]]), bias: null },
    ],
    steps: 7,
  }
  const gradient = grad(({ layers: [first, second] }: typeof params, x: Tensor) => {
    const hidden = x.matmul(first?.weight ?? x).add(first?.bias ?? 0)
    return hidden.matmul(second?.weight ?? x).sum()
  })(params, f64([[5]]))
  expect(gradient.steps).toBe(7)
  expect(gradient.layers[1]?.bias).toBe(null)
  await expectClose(gradient.layers[0]?.weight as Tensor, [15])
  await expectClose(gradient.layers[0]?.bias as Tensor, [3])
  await expectClose(gradient.layers[1]?.weight as Tensor, [11])
})

test('only the first argument is differentiated; the others are constants', async () => {
  const gradient = grad((w: Tensor, x: Tensor, power: number) => w.mul(x).pow(power).sum())
  await expectClose(gradient(f64([2]), f64([5]), 2), [100])
})

test('a tensor that is both closed over and passed counts only where it is passed', async () => {
  const x = f64(3)
  await expectClose(grad((y: Tensor) => y.mul(x))(x), [3])
})

test('parameters that the loss does not depend on get zeros of their shape', async () => {
  const { used, unused } = grad((p: { used: Tensor; unused: Tensor }) => p.used.sum())({
    used: f64([1]),
    unused: f64([[1, 2]]),
  })
  await expectClose(used, [1])
  expect(await unused.array()).toEqual([[0, 0]])
})

test('a loss that depends on nothing has a gradient of zeros', async () => {
  await expectClose(grad((_: Tensor) => f64(4))(f64([1, 2])), [0, 0])
})

test('a loss may be the parameter itself', async () => {
  await expectClose(grad((x: Tensor) => x)(f64(2)), [1])
})

test('with hasAux, what the function returns beside the loss comes out beside the gradient', async () => {
  const predict = (
    w: Tensor,
    x: Tensor,
  ): readonly [Tensor, { readonly output: Tensor; readonly note: string }] => {
    const output = x.mul(w)
    return [output.square().sum(), { output, note: 'kept' }]
  }
  const { value, aux, grad: gradient } = valueAndGrad(predict, { hasAux: true })(f64(2), f64([1, 3]))
  await expectClose(value, [40])
  await expectClose(gradient, [40])
  await expectClose(aux.output, [2, 6])
  expect(aux.note).toBe('kept')
})

test('making a gradient runs nothing', () => {
  const before = compileStats()
  grad((x: Tensor) => x.exp().sum())(f64([1, 2]))
  expect(compileStats()).toEqual(before)
})

test('reading one gradient computes the loss and all other gradients in the same run', async () => {
  const { backend, runs } = watchedBackend()
  const params = { a: f64([1, 2]), b: f64([3, 4]) }
  const { value, grad: gradient } = valueAndGrad((p: typeof params) => p.a.mul(p.b).tanh().sum())(params)
  await gradient.a.data({ backend })
  await Promise.all([value, gradient.b].map((t) => t.data({ backend })))
  expect(runs.length).toBe(1)
  const tanhs = runs.flatMap(({ steps }) => steps.filter(({ primitive }) => primitive.name === 'tanh'))
  expect(tanhs.length).toBe(1)
})

test('a gradient in a loop compiles once', async () => {
  const step = grad((w: Tensor) => w.square().sin().sum())
  let w = f64([1, 2, 3])
  let compiled = 0
  for (let i = 0; i < 5; i++) {
    w = w.sub(step(w).mul(0.1)).detach()
    await w.realize()
    w = w.detach()
    if (i === 1) compiled = compileStats().compiled
  }
  expect(compileStats().compiled).toBe(compiled)
})

test('parameters of integers or booleans are refused by their path', () => {
  const integer = tensor([1, 2], { dtype: 'i32' })
  const loss = (): Tensor => f64(1)
  expect(() => grad(loss)({ embed: { table: [f64(1), integer] } } as never)).toThrow(
    "grad: 'embed.table.1' is i32: derivatives need f32 or f64; close over it instead of passing it",
  )
  expect(() => grad(loss)(tensor([true]) as never)).toThrow('grad: the argument is bool')
})

test('a loss that is no scalar is refused, and told what to do', () => {
  expect(() => grad((x: Tensor) => x)(f64([1, 2]))).toThrow(
    'grad: needs a scalar loss in f32 or f64, got f64 [2]; reduce it with .sum() or .mean(), or use vjp or jacobian',
  )
  expect(() => grad((x: Tensor) => x.sum().cast('i32'))(f64([1, 2]))).toThrow('got i32 []')
  expect(() => grad((() => 3) as never)(f64(1))).toThrow('the function must return a tensor, got number')
})

test('hasAux and what the function returns must agree', () => {
  const pair = (x: Tensor): readonly [Tensor, number] => [x, 1]
  expect(() => valueAndGrad(pair as never)(f64(1))).toThrow(
    'grad: the function returned an array; to return [loss, aux], use valueAndGrad(f, { hasAux: true })',
  )
  const single = (x: Tensor): Tensor => x
  expect(() => valueAndGrad(single as never, { hasAux: true })(f64(1))).toThrow(
    'grad: with hasAux the function must return [loss, aux]',
  )
})
