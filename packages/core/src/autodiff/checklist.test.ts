import { describe, expect, test } from 'vitest'
import { gather, grad, gradcheck, hessian, jvp, type Tensor, tensor, where } from '../index.ts'
import { expectClose, f64, irregular } from './autodiff.testing.ts'

/*
 * Cases that frameworks of this kind get wrong without a word: found by running them. What is tested at length
 * elsewhere is here once, in the form in which it went wrong.
 */

const labelsOf = (labels: number[]): Tensor => tensor(labels, { dtype: 'i32' }).unsqueeze(1)

const crossEntropy = (logits: Tensor, labels: number[]): Tensor =>
  gather(logits.logSoftmax(), 1, labelsOf(labels)).mean().neg()

/** `(softmax - oneHot) / n`, in plain numbers. */
function crossEntropySlopes(logits: number[][], labels: number[]): number[] {
  return logits.flatMap((row, i) => {
    const largest = Math.max(...row)
    const terms = row.map((z) => Math.exp(z - largest))
    const total = terms.reduce((a, b) => a + b)
    return terms.map((t, j) => (t / total - Number(j === labels[i])) / logits.length)
  })
}

describe('sizes that happen to be equal are not mistaken for each other', () => {
  test('cross-entropy with as many examples as classes has the gradient it has with others', async () => {
    for (const [logits, labels] of [
      [
        [
          [1, 2, 0.5],
          [0.1, -1, 3],
          [2, 2, 2],
        ],
        [0, 1, 2],
      ],
      [
        [
          [0.3, -0.8],
          [1.5, 1.1],
        ],
        [1, 0],
      ],
      [[[0.3, -0.8, 1]], [1]],
    ] as const) {
      const rows = logits.map((row) => [...row])
      const gradient = grad((z: Tensor) => crossEntropy(z, [...labels]))(f64(rows))
      await expectClose(gradient, crossEntropySlopes(rows, [...labels]), 12)
    }
  })

  test('normalising the rows of a square normalises rows, not columns', async () => {
    const x = f64([
      [1, 2, 6],
      [10, 30, 50],
      [-1, 0, 1],
    ])
    const centred = x.sub(x.mean({ axis: 1, keepDims: true }))
    await expectClose(centred.sum({ axis: 1 }), [0, 0, 0], 12)
    await expectClose(centred, [-2, -1, 3, -20, 0, 20, -1, 0, 1])
  })

  test('a bias is added along the last axis of a square, and its gradient summed over the first', async () => {
    const x = f64([
      [1, 2],
      [3, 4],
    ])
    await expectClose(x.add(f64([10, 20])), [11, 22, 13, 24])
    const weights = f64([
      [1, 2],
      [3, 4],
    ])
    await expectClose(grad((b: Tensor) => x.add(b).mul(weights).sum())(f64([10, 20])), [4, 6])
    await expectClose(grad((b: Tensor) => x.add(b).mul(weights).sum())(f64([[10], [20]])), [3, 7])
  })

  test('shapes that do not broadcast throw, though an axis somewhere has the size', () => {
    expect(() => irregular([2, 3]).add(irregular([2]))).toThrow(
      'add: shapes [2, 3] and [2] do not broadcast: axis -1 has sizes 3 and 2',
    )
  })

  test('shapes that broadcast do, square or not', async () => {
    for (const [a, b] of [
      [
        [2, 3],
        [1, 3],
      ],
      [
        [3, 3],
        [3, 1],
      ],
      [[3, 3], [3]],
      [[], [2, 2]],
    ]) {
      await gradcheck((x, y) => x.mul(y).div(y.square().add(1)), [irregular(a ?? []), irregular(b ?? [], 1)])
    }
  })

  test('a reduction that keeps its axis gives it size 1, and one that does not drops it', () => {
    const x = irregular([2, 3, 4])
    expect(x.sum({ axis: 1, keepDims: true }).shape).toEqual([2, 1, 4])
    expect(x.mean({ axis: -2 }).shape).toEqual([2, 4])
    expect(x.var({ axis: [0, 2], keepDims: true }).shape).toEqual([1, 3, 1])
  })
})

describe('a graph is more than a chain', () => {
  test('an operation that nobody asked about does not hold back the gradient', async () => {
    const f = (x: Tensor): Tensor => {
      const y = x.mul(2)
      y.mul(5).exp()
      return y.mul(3)
    }
    await expectClose(grad(f)(f64(1)), [6])
  })

  test('a diamond sums what comes down its sides', async () => {
    const diamond = (x: Tensor): Tensor => {
      const top = x.square()
      return top.sin().mul(top.exp()).add(top)
    }
    await gradcheck(diamond, [f64([0.3, -0.8])])
  })

  test('diamonds on diamonds: thirty levels, a billion paths, at once', async () => {
    const f = (x: Tensor): Tensor => {
      let y = x
      for (let i = 0; i < 30; i++) y = y.add(y)
      return y
    }
    await expectClose(grad(f)(f64(1)), [2 ** 30])
    await expectClose(grad(grad((x: Tensor) => f(x).square()))(f64(1)), [2 ** 61])
  })

  test('an input used as both operands gets both gradients', async () => {
    await expectClose(grad((x: Tensor) => x.mul(x).add(x.div(x)).sub(x.sub(x)))(f64(3)), [6])
    await gradcheck((x) => x.matmul(x), [irregular([3, 3])])
  })

  test('what is reached only through integers has derivative 0, in both modes', async () => {
    const table = f64([10, 20, 30])
    const pick = (x: Tensor): Tensor => gather(table, 0, x.argmax({ axis: 0, keepDims: true })).sum()
    await expectClose(pick(f64([1, 5, 2])), [20])
    await expectClose(grad(pick)(f64([1, 5, 2])), [0, 0, 0])
    await expectClose(jvp(pick, f64([1, 5, 2]), f64([1, 1, 1])).tangent, [0])
    await expectClose(grad((x: Tensor) => x.mul(x.cast('i32')).sum())(f64([2.5, -1.5])), [2, -1])
  })

  test('gradients of the same graph taken twice do not pile up', async () => {
    const f = (x: Tensor): Tensor => x.square()
    const x = f64(3)
    await expectClose(grad(f)(x), [6])
    await expectClose(grad(f)(x), [6])
  })
})

describe('powers', () => {
  test('the gradient of a power depends on the exponent', async () => {
    for (const n of [-2, -1, 0, 0.5, 1, 2, 3, 4.5]) {
      await expectClose(f64(4).pow(n), [4 ** n])
      await expectClose(grad((x: Tensor) => x.pow(n))(f64(4)), [n * 4 ** (n - 1)])
    }
  })

  test('negative bases take whole exponents', async () => {
    await expectClose(grad((x: Tensor) => x.pow(3))(f64(-2)), [12])
    await gradcheck((x) => x.pow(2).add(x.pow(-1)), [f64([-2, -0.5])])
    expect(await f64(-2).pow(0.5).item()).toBe(Number.NaN)
  })

  test('base and exponent may both be tensors that broadcast', async () => {
    await gradcheck((x, n) => x.pow(n), [f64([[0.5], [2]]), f64([1.5, -0.3, 2])])
  })
})

describe('large numbers', () => {
  test('logits of a thousand give finite losses and gradients of every order', async () => {
    const logits = [
      [1000, 0, -1000],
      [800, 1000, 999],
    ]
    const labels = [0, 0]
    const loss = (z: Tensor): Tensor => crossEntropy(z, labels)
    expect(await loss(f64(logits)).item()).toBeCloseTo((0 + (200 + Math.log1p(Math.exp(-1)))) / 2, 10)
    await expectClose(grad(loss)(f64(logits)), crossEntropySlopes(logits, labels), 12)
    expect((await hessian(loss)(f64(logits)).data()).every(Number.isFinite)).toBe(true)
    for (const dtype of ['f32', 'f64'] as const) {
      const slopes = await grad((z: Tensor) => loss(z))(tensor(logits, { dtype })).data()
      expect(slopes.every(Number.isFinite)).toBe(true)
    }
  })

  test('a class that is certainly wrong costs what it should, not infinity', async () => {
    expect(await crossEntropy(f64([[0, 1000]]), [0]).item()).toBe(1000)
  })

  test('saturated activations have finite gradients of second order', async () => {
    const x = f64([-1000, -40, 40, 1000])
    const f = (t: Tensor): Tensor =>
      t.sigmoid().add(t.tanh()).add(t.softplus()).add(t.gelu()).add(t.elu()).sum()
    for (const g of [grad(f), grad((t: Tensor) => grad(f)(t).sum())]) {
      expect((await g(x).data()).every(Number.isFinite)).toBe(true)
    }
  })

  test('masked logits of -∞ pass no NaN', async () => {
    const z = f64([Number.NEGATIVE_INFINITY, 1, 2])
    const p = Math.exp(1) / (Math.exp(1) + Math.exp(2))
    await expectClose(z.softmax(), [0, p, 1 - p])
    await expectClose(grad((t: Tensor) => t.softmax().at(1))(z), [0, p * (1 - p), -p * (1 - p)])
  })
})

describe('second order', () => {
  test('of a sigmoid cross-entropy is p(1 - p)', async () => {
    const loss = (z: Tensor): Tensor => z.softplus().sub(z.mul(0.3)).sum()
    const p = (z: number): number => 1 / (1 + Math.exp(-z))
    const x = [-2, -0.4, 0, 1.3]
    const second = grad((z: Tensor) => grad(loss)(z).sum())(f64(x))
    await expectClose(
      second,
      x.map((z) => p(z) * (1 - p(z))),
      12,
    )
  })

  test('of a constant row through layer norm is finite', async () => {
    const norm = (x: Tensor): Tensor =>
      x
        .sub(x.mean({ axis: -1, keepDims: true }))
        .div(x.var({ axis: -1, keepDims: true, correction: 0 }).add(1e-5).sqrt())
    const f = (x: Tensor): Tensor =>
      norm(x)
        .mul(f64([1, 2, 3]))
        .sum()
    const flat = f64([[4, 4, 4]])
    await expectClose(norm(flat), [0, 0, 0])
    for (const g of [grad(f), grad((x: Tensor) => grad(f)(x).square().sum())]) {
      expect((await g(flat).data()).every(Number.isFinite)).toBe(true)
    }
  })

  test('is not lost where a rule reads its own output', async () => {
    // exp, tanh, sqrt and div all use y in their rules; y is part of the graph, not a number kept aside.
    for (const [f, second] of [
      [(x: Tensor) => x.exp(), Math.exp(0.7)],
      [(x: Tensor) => x.sqrt(), -0.25 * 0.7 ** -1.5],
      [(x: Tensor) => x.pow(0).div(x), 2 * 0.7 ** -3],
      [(x: Tensor) => x.tanh(), -2 * Math.tanh(0.7) * (1 - Math.tanh(0.7) ** 2)],
    ] as const) {
      await expectClose(grad(grad(f))(f64(0.7)), [second])
    }
  })
})

describe('a condition computed from x', () => {
  test('is no obstacle to the gradient', async () => {
    const f = (x: Tensor): Tensor => where(x.gt(0), x.mul(3), x.neg()).sum()
    await expectClose(grad(f)(f64([2, -2])), [3, -1])
  })

  test('may choose between tensors that broadcast', async () => {
    const f = (x: Tensor, a: Tensor): Tensor => where(x.gt(a), x, a).sum()
    await expectClose(
      grad((a: Tensor) =>
        f(
          f64([
            [1, 5],
            [3, 0],
          ]),
          a,
        ),
      )(f64([2, 2])),
      [1, 1],
    )
  })
})

describe('tensors without elements, and scalars', () => {
  test('have gradients of their own shape', async () => {
    const f = (x: Tensor): Tensor => x.square().sum()
    expect(grad(f)(tensor([], { dtype: 'f64' })).shape).toEqual([0])
    const empty = tensor(new Float64Array(0), { shape: [0, 3] })
    expect(await grad((x: Tensor) => x.matmul(irregular([3, 2])).sum())(empty).array()).toEqual([])
    await expectClose(grad(f)(f64(3)), [6])
  })

  test('a matrix of no rows contributes a weight gradient of zeros', async () => {
    const empty = tensor(new Float64Array(0), { shape: [0, 3] })
    const gradient = grad((w: Tensor) => empty.matmul(w).sum())(irregular([3, 2]))
    await expectClose(gradient, [0, 0, 0, 0, 0, 0])
  })
})
