import { expect, test } from 'vitest'
import {
  checkpoint,
  customGradient,
  grad,
  gradcheck,
  hessian,
  jvp,
  maximum,
  type Tensor,
  tensor,
} from '../index.ts'
import { expectClose, f64 } from './autodiff.testing.ts'

/** `log(1 + eˣ)` with a gradient that does not overflow where the naive one does. */
const log1pExp = customGradient((x: Tensor) => {
  const value = maximum(x, 0).add(x.abs().neg().exp().log1p())
  return { value, rule: (ct) => [ct.mul(x.sigmoid())] }
})

test('a custom gradient replaces the derivative of what the value is made of', async () => {
  const twice = customGradient((x: Tensor) => ({ value: x.square(), rule: (ct) => [ct.mul(100)] }))
  await expectClose(twice(f64(3)), [9])
  await expectClose(grad(twice)(f64(3)), [100])
})

test('a stable formula gets a stable gradient', async () => {
  const slope = grad((x: Tensor) => log1pExp(x).sum())
  await expectClose(slope(f64([-1000, 0, 1000])), [0, 0.5, 1])
})

test('higher orders differentiate the operations of the rule', async () => {
  await gradcheck(log1pExp, [f64([-2, 0.5, 1.5])])
  const s = 1 / (1 + Math.exp(-0.7))
  await expectClose(grad(grad(grad(log1pExp)))(f64(0.7)), [s * (1 - s) * (1 - 2 * s)])
})

test('forward mode follows from the rule', async () => {
  const { value, tangent } = jvp(log1pExp, f64([0, 1000]), f64([3, 5]))
  await expectClose(value, [Math.log(2), 1000])
  await expectClose(tangent, [1.5, 5])
  const tripled = customGradient((x: Tensor) => ({ value: x, rule: (ct) => [ct.mul(3)] }))
  await expectClose(jvp(jvpOf(tripled), f64(1), f64(1)).tangent, [0])
  await expectClose(hessian((x: Tensor) => tripled(x).square())(f64(1)), [18])
})

/** The tangent along 1, as a function of the point. */
function jvpOf(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => jvp(f, x, f64(1)).tangent
}

test('every argument gets a gradient of its own, and null gives none', async () => {
  const weighted = customGradient((x: Tensor, w: Tensor, index: Tensor) => ({
    value: x.mul(w).indexSelect(0, index).sum(),
    rule: (ct) => [ct.mul(w), null, null],
  }))
  const index = tensor([0], { dtype: 'i32' })
  const { x, w } = grad((p: { x: Tensor; w: Tensor }) => weighted(p.x, p.w, index))({
    x: f64([2]),
    w: f64([5]),
  })
  await expectClose(x, [5])
  await expectClose(w, [0])
  const { tangent } = jvp((y: Tensor) => weighted(y, f64([5]), index), f64([2]), f64([1]))
  await expectClose(tangent, [5])
})

test('an argument that the value is made of but the rule ignores passes nothing on', async () => {
  const reversed = customGradient((x: Tensor) => ({ value: x, rule: (ct) => [ct.neg()] }))
  const f = (x: Tensor): Tensor => reversed(x.square()).sum()
  await expectClose(grad(f)(f64([1, 2])), [-2, -4])
})

test('a rule that is not linear in the cotangent works backward; forward mode takes its slope at 0', async () => {
  const clipped = customGradient((x: Tensor) => ({
    value: x.mul(1),
    rule: (ct) => [ct.clip({ min: -1, max: 1 })],
  }))
  await expectClose(grad((x: Tensor) => clipped(x).mul(50).sum())(f64([3])), [1])
  await expectClose(jvp((x: Tensor) => clipped(x).mul(50), f64([3]), f64([1])).tangent, [50])
})

test('the rule is not asked before a gradient is', () => {
  let asked = 0
  const counted = customGradient((x: Tensor) => ({
    value: x.exp(),
    rule: (ct) => {
      asked += 1
      return [ct]
    },
  }))
  const y = counted(f64(1))
  expect(asked).toBe(0)
  grad((x: Tensor) => counted(x))(y)
  expect(asked).toBe(1)
})

test('a checkpoint around a custom gradient keeps its rule', async () => {
  const f = checkpoint((x: Tensor) => log1pExp(x.mul(2)).mul(x).sum())
  const plain = (x: Tensor): Tensor => log1pExp(x.mul(2)).mul(x).sum()
  const x = f64([-1, 0.3])
  for (const order of [grad, (g: typeof f) => grad((t: Tensor) => grad(g)(t).sum())]) {
    await expectClose(order(f)(x), Array.from(await order(plain)(x).data()), 12)
  }
})

test('a rule that gives another number of gradients than there are arguments is refused', () => {
  const short = customGradient((x: Tensor, y: Tensor) => ({ value: x.mul(y), rule: (ct) => [ct] }))
  expect(() => grad((x: Tensor) => short(x, x))(f64(1))).toThrow(
    'customGradient: the rule gave 1 gradients for 2 arguments; it must give an array with one for each',
  )
  const none = customGradient((x: Tensor) => ({ value: x, rule: ((ct: Tensor) => ct) as never }))
  expect(() => grad(none)(f64(1))).toThrow('the rule gave a Tensor for 1 arguments')
})

test('a rule that gives another shape or dtype than the argument has is refused', () => {
  const withGradient = (gradient: Tensor): ((x: Tensor) => Tensor) =>
    customGradient((x: Tensor) => ({ value: x.sum(), rule: () => [gradient] }))
  expect(() => grad(withGradient(f64(1)))(f64([1, 2]))).toThrow(
    'customGradient: the rule gave f64 [] for argument 0, which is f64 [2]; ' +
      'a gradient has the shape and dtype of its argument, or is null for none',
  )
  expect(() => jvp(withGradient(tensor([1, 2])), f64([1, 2]), f64([1, 1]))).toThrow(
    'the rule gave f32 [2] for argument 0, which is f64 [2]',
  )
  expect(() => grad(withGradient(3 as never))(f64([1, 2]))).toThrow(
    'the rule gave the number 3 for argument 0',
  )
})
