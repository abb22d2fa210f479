import { expect, test } from 'vitest'
import {
  checkpoint,
  describe,
  explain,
  grad,
  hvp,
  jvp,
  realize,
  type Tensor,
  tensor,
  toDot,
  toMermaid,
} from '../index.ts'
import { expectClose, f64 } from './autodiff.testing.ts'

const depth = 10_000

/** `x` with a small, harmless step applied ten thousand times. */
function chain(x: Tensor): Tensor {
  let y = x
  for (let i = 0; i < depth; i++) y = y.add(1e-4)
  return y
}

test('a chain of ten thousand operations runs', async () => {
  await expectClose(chain(f64([1, 2])), [2, 3])
})

test('it is differentiated backward, forward and twice', async () => {
  const f = (x: Tensor): Tensor => chain(x).square().sum()
  const x = f64([1, 2])
  await expectClose(grad(f)(x), [4, 6])
  await expectClose(jvp(f, x, f64([1, 1])).tangent, [10])
  await expectClose(hvp(f, x, f64([3, 4])), [6, 8])
})

test('backward() and checkpoint reach its end', async () => {
  const x = tensor([1, 2], { dtype: 'f64', requiresGrad: true })
  checkpoint(chain)(x).square().sum().backward()
  await expectClose(x.grad as Tensor, [4, 6])
})

test('it is printed: shortened unless told otherwise, and always quickly', () => {
  const y = chain(f64([1, 2]))
  expect(describe(y)).toBe('Tensor f64 [2]: add(add(add(…, 0.0001), 0.0001), 0.0001)')
  const lines = (text: string): number => text.split('\n').length
  for (const print of [toMermaid, toDot]) {
    expect(print(y)).toMatch(/… \d+ more/)
    expect(lines(print(y))).toBeLessThan(1000)
    expect(lines(print(y, { maxNodes: 100_000 }))).toBeGreaterThan(4 * depth)
  }
  expect(lines(explain((x: Tensor) => chain(x).sum(), f64([1, 2])))).toBeGreaterThan(3 * depth)
})

test('a value used at every step of a long chain gets every gradient', async () => {
  const f = (x: Tensor): Tensor => {
    let y = x
    for (let i = 0; i < 3000; i++) y = y.add(x)
    return y.sum()
  }
  const gradient = grad(f)(f64([1]))
  const { tangent } = jvp(f, f64([1]), f64([1]))
  await realize(gradient, tangent)
  await expectClose(gradient, [3001])
  await expectClose(tangent, [3001])
})
