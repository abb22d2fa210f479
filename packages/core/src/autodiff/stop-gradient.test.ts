import { expect, test } from 'vitest'
import { grad, jvp, stopGradient, type Tensor } from '../index.ts'
import { expectClose, f64 } from './autodiff.testing.ts'

test('stopGradient keeps the value and lets no gradient through', async () => {
  const f = (x: Tensor): Tensor => x.mul(stopGradient(x.square())).sum()
  await expectClose(f(f64([2, 3])), [35])
  await expectClose(grad(f)(f64([2, 3])), [4, 9])
})

test('stopGradient lets no tangent through', async () => {
  const { value, tangent } = jvp((x: Tensor) => stopGradient(x).exp(), f64(1), f64(1))
  await expectClose(value, [Math.E])
  await expectClose(tangent, [0])
})

test('second derivatives stop there too', async () => {
  const f = (x: Tensor): Tensor => x.square().mul(x.stopGradient())
  await expectClose(grad(grad(f))(f64(5)), [10])
})

test('detach does the same, whether the value is known already or not', async () => {
  const f = (x: Tensor): Tensor => x.mul(x.exp().detach())
  await expectClose(grad(f)(f64(1)), [Math.E])
  const known = f64(1).exp()
  await known.realize()
  await expectClose(grad((x: Tensor) => x.mul(known.detach()))(f64(1)), [Math.E])
})

test('a straight-through estimator rounds forward and is the identity backward', async () => {
  const round = (x: Tensor): Tensor => x.add(stopGradient(x.round().sub(x)))
  await expectClose(round(f64([0.4, 1.6])), [0, 2])
  await expectClose(grad((x: Tensor) => round(x).square().sum())(f64([0.4, 1.6])), [0, 4])
})

test('detaching what derivatives are taken toward leaves nothing: zeros, not an error', async () => {
  const gradient = grad((x: Tensor) => x.detach().sum())(f64([1, 2]))
  expect(await gradient.array()).toEqual([0, 0])
})
