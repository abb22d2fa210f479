import { describe, expect, test } from 'vitest'
import { grad, hessian, jvp, onesLike, type Tensor } from '../index.ts'
import { expectClose, f64, irregular } from './autodiff.testing.ts'

type Scalar = (x: Tensor) => Tensor

/** The derivative of a scalar function by forward mode. */
const slope =
  (f: Scalar): Scalar =>
  (x) =>
    jvp(f, x, onesLike(x)).tangent

const modes = { grad: (f: Scalar): Scalar => grad(f), jvp: slope }

describe('nested derivatives keep their variables apart', () => {
  for (const [outerName, outer] of Object.entries(modes)) {
    for (const [innerName, inner] of Object.entries(modes)) {
      test(`${innerName} inside ${outerName}`, async () => {
        // d/dx (x · d/dy (x + y)) = d/dx (x · 1)
        const sum = outer((x) => x.mul(inner((y) => x.add(y))(f64(1))))
        await expectClose(sum(f64(3)), [1])
        // d/dx (x · d/dy (x · y)) = d/dx (x · x)
        const product = outer((x) => x.mul(inner((y) => x.mul(y))(f64(5))))
        await expectClose(product(f64(3)), [6])
        // The same tensor at both levels: d/dx (x · (d/dy y²·x at y = x)) = d/dx 2x³
        const same = outer((x) => x.mul(inner((y) => y.square().mul(x))(x)))
        await expectClose(same(f64(3)), [54])
        // An inner variable that shadows the outer one: d/dx (d/dx x³ at 2x) = d/dx 12x²
        const shadow = outer((x) => inner((y) => y.pow(3))(x.mul(2)))
        await expectClose(shadow(f64(3)), [72])
      })
    }
  }
})

interface Case {
  readonly name: string
  readonly f: Scalar
  /** The derivatives of order 1 to 4. */
  readonly derivatives: readonly ((x: number) => number)[]
  readonly points: readonly number[]
}

const sech2 = (x: number): number => 1 - Math.tanh(x) ** 2
const cases: readonly Case[] = [
  {
    name: 'x⁴ - 2x³ + x',
    f: (x) => x.pow(4).sub(x.pow(3).mul(2)).add(x),
    derivatives: [
      (x) => 4 * x ** 3 - 6 * x ** 2 + 1,
      (x) => 12 * x ** 2 - 12 * x,
      (x) => 24 * x - 12,
      () => 24,
    ],
    points: [-1.5, 0, 0.7, 2],
  },
  {
    name: 'x · x · x written out',
    f: (x) => x.mul(x).mul(x),
    derivatives: [(x) => 3 * x ** 2, (x) => 6 * x, () => 6, () => 0],
    points: [-2, 0, 0.5],
  },
  {
    name: 'sin',
    f: (x) => x.sin(),
    derivatives: [Math.cos, (x) => -Math.sin(x), (x) => -Math.cos(x), Math.sin],
    points: [-2, 0, 0.5, 3],
  },
  {
    name: 'exp',
    f: (x) => x.exp(),
    derivatives: [Math.exp, Math.exp, Math.exp, Math.exp],
    points: [-2, 0, 1.5],
  },
  {
    name: 'tanh',
    f: (x) => x.tanh(),
    derivatives: [
      sech2,
      (x) => -2 * Math.tanh(x) * sech2(x),
      (x) => sech2(x) * (6 * Math.tanh(x) ** 2 - 2),
      (x) => Math.tanh(x) * sech2(x) * (16 - 24 * Math.tanh(x) ** 2),
    ],
    points: [-1.2, 0, 0.4],
  },
  {
    name: '1 / x',
    f: (x) => x.pow(0).div(x),
    derivatives: [(x) => -(x ** -2), (x) => 2 * x ** -3, (x) => -6 * x ** -4, (x) => 24 * x ** -5],
    points: [-2, 0.8],
  },
  {
    name: 'log',
    f: (x) => x.log(),
    derivatives: [(x) => 1 / x, (x) => -(x ** -2), (x) => 2 * x ** -3, (x) => -6 * x ** -4],
    points: [0.5, 2],
  },
  {
    name: 'sqrt',
    f: (x) => x.sqrt(),
    derivatives: [
      (x) => 0.5 * x ** -0.5,
      (x) => -0.25 * x ** -1.5,
      (x) => 0.375 * x ** -2.5,
      (x) => -0.9375 * x ** -3.5,
    ],
    points: [0.5, 2],
  },
]

describe('derivatives of order 1 to 4 are the closed forms', () => {
  for (const { name, f, derivatives, points } of cases) {
    test(name, async () => {
      let g = f
      for (const derivative of derivatives) {
        g = grad(g)
        for (const x of points) await expectClose(g(f64(x)), [derivative(x)], 8)
      }
    })
  }
})

test('forward and reverse mode may be mixed in any order', async () => {
  const third = (x: number): number => sech2(x) * (6 * Math.tanh(x) ** 2 - 2)
  const ways = Object.values(modes)
  for (const a of ways) {
    for (const b of ways) {
      for (const c of ways) await expectClose(a(b(c((x) => x.tanh())))(f64(0.3)), [third(0.3)])
    }
  }
})

test('a Hessian is symmetric', async () => {
  const f = (x: Tensor): Tensor => x.mul(x.flip()).sin().sum().mul(x.exp().sum().log())
  const matrix = hessian(f)(irregular([4]))
  const transposed = await matrix.transpose().data()
  expect(Array.from(await matrix.data())).toEqual(Array.from(transposed, (v) => expect.closeTo(v, 12)))
})
