import { expect, test } from 'vitest'
import { hessian, hvp, jacobian, jvp, type Tensor, tensor, vjp } from '../index.ts'
import { expectClose, f64, irregular, watchedBackend } from './autodiff.testing.ts'

interface Pair {
  readonly a: Tensor
  readonly b: Tensor
}

/** Two outputs of different shapes from two inputs. */
const mix = ({ a, b }: Pair): { readonly product: Tensor; readonly total: Tensor } => ({
  product: a.mul(b),
  total: a.exp().sum(),
})

test('vjp pulls a cotangent of the value back to the arguments', async () => {
  const { value, pullback } = vjp((x: Tensor) => x.square(), f64([1, 2, 3]))
  await expectClose(value, [1, 4, 9])
  await expectClose(pullback(f64([1, 10, 100])), [2, 40, 600])
})

test('a pullback may be used for several cotangents', async () => {
  const { pullback } = vjp((x: Tensor) => x.sin(), f64([0, 1]))
  await expectClose(pullback(f64([1, 0])), [1, 0])
  await expectClose(pullback(f64([0, 1])), [0, Math.cos(1)])
})

test('arguments and values of vjp may be trees', async () => {
  const { pullback } = vjp(mix, { a: f64([1, 2]), b: f64([3, 4]) })
  const { a, b } = pullback({ product: f64([1, 1]), total: f64(2) })
  await expectClose(a, [3 + 2 * Math.exp(1), 4 + 2 * Math.exp(2)])
  await expectClose(b, [1, 2])
})

test('reading one part of a pullback computes all of them in one run', async () => {
  const { backend, runs } = watchedBackend()
  const { a, b } = vjp(({ a, b }: Pair) => a.mul(b).exp(), { a: f64(1), b: f64(2) }).pullback(f64(1))
  await a.data({ backend })
  await b.data({ backend })
  expect(runs.length).toBe(1)
})

test('cotangents are matched by path, in whatever order their keys are', async () => {
  const { pullback } = vjp(({ a, b }: Pair) => ({ first: a.mul(2), second: b.mul(3) }), {
    a: f64([1]),
    b: f64([1]),
  })
  const { a, b } = pullback({ second: f64([10]), first: f64([1]) })
  await expectClose(a, [2])
  await expectClose(b, [30])
})

test('a cotangent of another structure, shape or dtype is refused by its path', () => {
  const { pullback } = vjp(mix, { a: f64([1, 2]), b: f64([3, 4]) })
  expect(() => pullback({ product: f64([1, 1]) } as never)).toThrow(
    "vjp: the value has a tensor at 'total', the cotangent has none there",
  )
  expect(() => pullback({ product: f64([1, 1]), total: f64(1), more: f64(1) } as never)).toThrow(
    "vjp: the cotangent has a tensor at 'more', the value has none there",
  )
  expect(() => pullback({ product: f64([1]), total: f64(1) })).toThrow(
    "vjp: at 'product' the value is f64 [2] but the cotangent f64 [1]; they must agree",
  )
  expect(() => pullback({ product: f64([1, 1]), total: tensor(1) })).toThrow(
    "vjp: at 'total' the value is f64 [] but the cotangent f32 []; they must agree",
  )
})

test('jvp pushes a tangent forward', async () => {
  const { value, tangent } = jvp((x: Tensor) => x.square(), f64([1, 2, 3]), f64([1, 10, 100]))
  await expectClose(value, [1, 4, 9])
  await expectClose(tangent, [2, 40, 600])
})

test('arguments and values of jvp may be trees', async () => {
  const { tangent } = jvp(mix, { a: f64([1, 2]), b: f64([3, 4]) }, { b: f64([0, 1]), a: f64([1, 0]) })
  await expectClose(tangent.product, [3, 2])
  await expectClose(tangent.total, [Math.exp(1)])
})

test('the tangent of what does not depend on the arguments is zero', async () => {
  const constant = f64([[7]])
  const { value, tangent } = jvp(() => constant, f64(1), f64(1))
  expect(await value.array()).toEqual([[7]])
  expect(await tangent.array()).toEqual([[0]])
})

test('jvp computes value and tangent in one run', async () => {
  const { backend, runs } = watchedBackend()
  const { value, tangent } = jvp((x: Tensor) => x.exp(), f64(1), f64(1))
  await tangent.data({ backend })
  await value.data({ backend })
  expect(runs.length).toBe(1)
})

test('a tangent of another structure, shape or dtype is refused by its path', () => {
  const at = { a: f64([1, 2]), b: f64([3, 4]) }
  expect(() => jvp(mix, at, { a: f64([1, 2]) } as never)).toThrow(
    "jvp: the argument has a tensor at 'b', the tangent has none there",
  )
  expect(() => jvp(mix, at, { a: f64([1, 2]), b: f64([3]) })).toThrow(
    "jvp: at 'b' the argument is f64 [2] but the tangent f64 [1]; they must agree",
  )
  expect(() => jvp(mix, at, { a: tensor([1, 2]), b: f64([3, 4]) })).toThrow(
    "jvp: at 'a' the argument is f64 [2] but the tangent f32 [2]; they must agree",
  )
})

test('integers have no tangents and no cotangents', () => {
  const index = tensor([0, 1], { dtype: 'i32' })
  expect(() => jvp((x: Tensor) => x, index, index)).toThrow('jvp: the argument is i32')
  expect(() => vjp((at: { index: Tensor }) => at.index, { index })).toThrow("vjp: 'index' is i32")
})

test('jvp and vjp are each other’s transpose: ⟨u, J v⟩ = ⟨Jᵀ u, v⟩', async () => {
  const w = irregular([4, 3], 1)
  const f = (x: Tensor): Tensor => x.matmul(w).softmax().mul(x.sum()).cumsum({ axis: 0 })
  const [x, v, u] = [irregular([2, 4], 2), irregular([2, 4], 3), irregular([2, 3], 4)]
  const forward = jvp(f, x, v).tangent.mul(u).sum()
  const reverse = vjp(f, x).pullback(u).mul(v).sum()
  expect(await forward.item()).toBeCloseTo(await reverse.item(), 12)
})

test('hvp is the Hessian times a vector, without the Hessian', async () => {
  const f = (x: Tensor): Tensor =>
    x
      .matmul(irregular([3, 5]))
      .tanh()
      .square()
      .sum()
  const [x, v] = [irregular([3], 1), irregular([3], 2)]
  const product = hessian(f)(x).matmul(v)
  await expectClose(hvp(f, x, v), Array.from(await product.data()))
})

test('hvp takes trees, and says where a vector does not fit', async () => {
  const f = ({ a, b }: Pair): Tensor => a.mul(b).sum()
  const at = { a: f64([1, 2]), b: f64([3, 4]) }
  const { a, b } = hvp(f, at, { a: f64([5, 6]), b: f64([7, 8]) })
  await expectClose(a, [7, 8])
  await expectClose(b, [5, 6])
  expect(() => hvp(f, at, { a: f64([5, 6]), b: f64(7) })).toThrow("at 'b' the argument is f64 [2]")
})

test('the rows of a Jacobian are pullbacks of unit vectors, its columns pushed unit vectors', async () => {
  const f = (x: Tensor): Tensor => x.mul(x.sum())
  const x = f64([1, 2])
  const matrix = await jacobian(f)(x).array()
  expect(matrix).toEqual([
    [4, 1],
    [2, 5],
  ])
  await expectClose(vjp(f, x).pullback(f64([1, 0])), [4, 1])
  await expectClose(jvp(f, x, f64([1, 0])).tangent, [4, 2])
})
