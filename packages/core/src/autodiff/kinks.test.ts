import { describe, expect, test } from 'vitest'
import { gelu, grad, maximum, minimum, type Tensor, where } from '../index.ts'
import { expectClose, f64 } from './autodiff.testing.ts'

type Scalar = (x: Tensor) => Tensor

/** The gradient of the sum of `f` at the elements of `x`. */
const slopes = async (f: Scalar, x: number[]): Promise<number[]> =>
  Array.from(await grad((t: Tensor) => f(t).sum())(f64(x)).data())

/** The same of the gradient. */
const curvatures = (f: Scalar, x: number[]): Promise<number[]> =>
  slopes(
    grad((t: Tensor) => f(t).sum()),
    x,
  )

describe('where several elements are largest', () => {
  test('max over an axis shares the gradient evenly among them', async () => {
    expect(await slopes((x) => x.max(), [3, 1, 3, 2])).toEqual([0.5, 0, 0.5, 0])
    expect(await slopes((x) => x.min(), [1, 1, 1, 2])).toEqual([1 / 3, 1 / 3, 1 / 3, 0])
  })

  test('the gradient stays within each row', async () => {
    const rows = f64([
      [2, 2],
      [0, 5],
    ])
    const gradient = grad((x: Tensor) =>
      x
        .max({ axis: 1 })
        .mul(f64([10, 1]))
        .sum(),
    )(rows)
    expect(await gradient.array()).toEqual([
      [5, 5],
      [0, 1],
    ])
  })

  test('maximum and minimum of two tensors give each half', async () => {
    const gradients = grad(({ a, b }: { a: Tensor; b: Tensor }) =>
      maximum(a, b).sum().add(minimum(a, b).sum().mul(10)),
    )({
      a: f64([1, 5, 3]),
      b: f64([2, 4, 3]),
    })
    await expectClose(gradients.a, [10, 1, 5.5])
    await expectClose(gradients.b, [1, 10, 5.5])
  })

  test('a tensor against itself still has slope 1', async () => {
    expect(await slopes((x) => maximum(x, x), [2, -2])).toEqual([1, 1])
    expect(await slopes((x) => minimum(x, x), [2, -2])).toEqual([1, 1])
  })

  test('the second derivative is 0', async () => {
    expect(await curvatures((x) => x.max().add(maximum(x, 3).sum()), [3, 1, 3])).toEqual([0, 0, 0])
  })
})

describe('at 0', () => {
  test('abs has slope 0', async () => {
    expect(await slopes((x) => x.abs(), [-2, 0, 2])).toEqual([-1, 0, 1])
    expect(await curvatures((x) => x.abs(), [-2, 0, 2])).toEqual([0, 0, 0])
  })

  test('sign, floor and rounding have slope 0, as everywhere', async () => {
    for (const f of [(x: Tensor) => x.sign(), (x: Tensor) => x.floor(), (x: Tensor) => x.round()]) {
      expect(await slopes(f, [-1.5, 0, 2])).toEqual([0, 0, 0])
    }
  })

  test('relu has slope 0, and exactly 0 below', async () => {
    expect(await slopes((x) => x.relu(), [-5, 0, 5])).toEqual([0, 0, 1])
    await expectClose(f64([-5, 0, 5]).relu(), [0, 0, 5])
    expect(await curvatures((x) => x.relu().square(), [-5, 0, 5])).toEqual([0, 0, 2])
  })

  test('clip lets the gradient through on its bounds and stops it outside', async () => {
    expect(await slopes((x) => x.clip({ min: 0, max: 1 }), [-0.5, 0, 0.5, 1, 1.5])).toEqual([0, 1, 1, 1, 0])
  })

  test('sqrt has its true slope, +∞', async () => {
    expect(await slopes((x) => x.sqrt(), [0, 4])).toEqual([Number.POSITIVE_INFINITY, 0.25])
  })

  test('norm and std have slope 0, though a root is their last operation', async () => {
    expect(await slopes((x) => x.norm(), [0, 0])).toEqual([0, 0])
    expect(await curvatures((x) => x.norm(), [0, 0])).toEqual([0, 0])
    expect(await slopes((x) => x.std(), [3, 3, 3])).toEqual([0, 0, 0])
  })

  test('log has slope ∞', async () => {
    expect(await slopes((x) => x.log(), [0])).toEqual([Number.POSITIVE_INFINITY])
  })

  test('smooth functions built from pieces are smooth: sigmoid, softplus, gelu', async () => {
    expect(await curvatures((x) => x.sigmoid(), [0])).toEqual([0])
    expect(await curvatures((x) => x.softplus(), [0])).toEqual([0.25])
    await expectClose(grad(grad((x: Tensor) => gelu(x)))(f64(0)), [2 / Math.sqrt(2 * Math.PI)], 12)
  })
})

describe('x to the power of c at x = 0', () => {
  const inf = Number.POSITIVE_INFINITY
  /** Exponent, value, and derivatives of order 1 to 3. */
  const rows: readonly (readonly [c: number, value: number, first: number, second: number])[] = [
    [0, 1, 0, 0],
    [1, 0, 1, 0],
    [2, 0, 0, 2],
    [3, 0, 0, 0],
    [1.5, 0, 0, inf],
    [0.5, 0, inf, -inf],
    [-1, inf, -inf, inf],
    [-2, inf, -inf, inf],
  ]
  for (const [c, value, first, second] of rows) {
    test(`c = ${c}: ${value}, slope ${first}, curvature ${second}`, async () => {
      for (const exponent of [c, f64(c)]) {
        const f = (x: Tensor): Tensor => x.pow(exponent)
        expect([await f(f64(0)).item()]).toEqual([value])
        expect(await slopes(f, [0])).toEqual([first])
        expect(await curvatures(f, [0])).toEqual([second])
      }
    })
  }

  test('whole powers have finite derivatives of every order', async () => {
    for (const [c, nth] of [
      [0, [0, 0, 0, 0, 0]],
      [1, [1, 0, 0, 0, 0]],
      [2, [0, 2, 0, 0, 0]],
      [3, [0, 0, 6, 0, 0]],
    ] as const) {
      for (const exponent of [c, f64(c)]) {
        let f = (x: Tensor): Tensor => x.pow(exponent)
        for (const expected of nth) {
          f = grad(f)
          await expectClose(f(f64(0)), [expected])
        }
      }
    }
  })

  test('the gradient toward the exponent is 0 at base 0, and y · log x elsewhere', async () => {
    const toward = (x: number) => slopes((c) => f64(x).pow(c), [2, 0])
    expect(await toward(0)).toEqual([0, 0])
    expect(await toward(1)).toEqual([0, 0])
    await expectClose(grad((c: Tensor) => f64(3).pow(c))(f64(2)), [9 * Math.log(3)])
  })

  test('toward base and exponent, at exponent 0: 1 / x, whichever comes first', async () => {
    const f = (x: Tensor, c: Tensor): Tensor => x.pow(c)
    const [x, c] = [f64(4), f64(0)]
    await expectClose(grad((t: Tensor) => grad((s: Tensor) => f(s, t))(x))(c), [0.25])
    await expectClose(grad((s: Tensor) => grad((t: Tensor) => f(s, t))(c))(x), [0.25])
  })
})

describe('where', () => {
  test('sends the gradient to the branch taken, and exactly 0 to the other', async () => {
    const f = (x: Tensor): Tensor => where(x.gt(0), x.mul(2), x.mul(100))
    expect(await slopes(f, [1, -1])).toEqual([2, 100])
  })

  test('may depend on x through its condition: only the branches count', async () => {
    const f = (x: Tensor): Tensor => where(x.gt(1), x.square(), x)
    expect(await slopes(f, [0.5, 1, 3])).toEqual([1, 1, 6])
    expect(await curvatures(f, [0.5, 1, 3])).toEqual([0, 0, 2])
  })

  test('an infinite slope in the branch not taken makes NaN: 0 · ∞', async () => {
    expect(await slopes((x) => where(x.gt(0), x.sqrt(), 0), [0, 4])).toEqual([Number.NaN, 0.25])
    expect(await slopes((x) => where(x.ge(0), x.sqrt(), 0), [-1])).toEqual([Number.NaN])
  })

  test('and a safe input to that branch cures it, to every order', async () => {
    const safeSqrt = (x: Tensor): Tensor => {
      const ok = x.gt(0)
      return where(ok, where(ok, x, 1).sqrt(), 0)
    }
    expect(await slopes(safeSqrt, [0, -1, 4])).toEqual([0, 0, 0.25])
    expect(await curvatures(safeSqrt, [0, -1, 4])).toEqual([0, 0, -1 / 32])
  })

  test('a NaN in the branch not taken does not reach the value', async () => {
    const x = f64([-1, 4])
    await expectClose(where(x.gt(0), x.log(), 7), [7, Math.log(4)])
  })
})
