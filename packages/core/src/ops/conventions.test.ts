import { describe, expect, test } from 'vitest'
import { pullback } from '../autodiff/reverse.ts'
import { fromOwned } from '../graph/leaf.ts'
import type { Tensor } from '../graph/tensor.ts'
import { dataSync } from '../tensor/value.ts'
import { abs, div, floor, mul, remainder, sign } from './arithmetic.ts'
import { sum } from './broadcast.ts'
import { cast } from './cast.ts'
import { eq, le, lt } from './compare.ts'
import { max, min } from './extrema.ts'
import { stopGradient } from './flow.ts'
import { gather, scatterAdd } from './gather.ts'
import { constant, fullLike } from './leaves.ts'
import { maximum, minimum } from './maximum.ts'
import { where } from './select.ts'
import { exp, log, pow, sqrt } from './transcendental.ts'

// Where a derivative does not exist or is a matter of choice, the choice is written at the op and held to here.

const inf = Number.POSITIVE_INFINITY
const nan = Number.NaN
const f64 = (...values: number[]): Tensor => fromOwned(Float64Array.from(values), [values.length])

/** The derivatives of `f`, elementwise, of the given order at the given places. */
function slopes(f: (x: Tensor) => Tensor, at: readonly number[], order: number = 1): number[] {
  const x = f64(...at)
  let y = f(x)
  for (let i = 0; i < order; i++) [y] = pullback([y], [fullLike(y, 1)], [x]) as [Tensor]
  return Array.from(dataSync(y))
}

/** The gradients of the sum of `f` toward both operands. */
function both(f: (a: Tensor, b: Tensor) => Tensor, a: readonly number[], b: readonly number[]): number[][] {
  const [x, y] = [f64(...a), f64(...b)]
  const out = f(x, y)
  return pullback([out], [fullLike(out, 1)], [x, y]).map((g) => Array.from(dataSync(g)))
}

describe('at kinks and jumps', () => {
  test('abs has slope 0 at 0', () => expect(slopes(abs, [-2, -0, 0, 3])).toEqual([-1, -0, 0, 1]))
  test('floor and sign have slope 0 everywhere', () => {
    expect(slopes(floor, [-1.5, 0, 1, 2.7])).toEqual([0, 0, 0, 0])
    expect(slopes(sign, [-1.5, 0, 1])).toEqual([0, 0, 0])
  })
  test('sqrt has slope ∞ at 0, log too, and both NaN below', () => {
    expect(slopes(sqrt, [0, 4, -1])).toEqual([inf, 0.25, nan])
    expect(slopes(log, [0, 4])).toEqual([inf, 0.25])
    expect(dataSync(log(f64(-1, 0)))).toEqual(Float64Array.of(nan, -inf))
  })
  test('dividing by 0 gives infinities and NaN, not an error', () => {
    expect(Array.from(dataSync(div(f64(1, -1, 0), f64(0, 0, 0))))).toEqual([inf, -inf, nan])
  })
})

describe('at ties', () => {
  test('maximum and minimum give each operand half', () => {
    expect(both(maximum, [1, 2, 3], [2, 2, 2])).toEqual([
      [0, 0.5, 1],
      [1, 0.5, 0],
    ])
    expect(both(minimum, [1, 2, 3], [2, 2, 2])).toEqual([
      [1, 0.5, 0],
      [0, 0.5, 1],
    ])
  })
  test('maximum of a tensor with itself has slope 1', () => {
    expect(slopes((x) => maximum(x, x), [1, -2])).toEqual([1, 1])
  })
  test('max and min split evenly between the winners', () => {
    expect(slopes((x) => max(x), [3, 1, 3, 3])).toEqual([1 / 3, 0, 1 / 3, 1 / 3])
    expect(slopes((x) => min(x), [1, 1, 2])).toEqual([0.5, 0.5, 0])
  })
  test('ties take part in second derivatives as constants', () => {
    expect(slopes((x) => mul(max(x), max(x)), [3, 1, 3], 2)).toEqual([1, 0, 1])
  })
})

describe('NaN', () => {
  test('wins max and min, and is the larger and the smaller', () => {
    const x = f64(1, nan, 2)
    expect([max(x), min(x)].map((t) => dataSync(t)[0])).toEqual([nan, nan])
    expect(Array.from(dataSync(maximum(x, 1.5)))).toEqual([1.5, nan, 2])
    expect(Array.from(dataSync(minimum(x, 1.5)))).toEqual([1, nan, 1.5])
  })
  test('fails every comparison', () => {
    for (const compare of [eq, lt, le])
      expect(Array.from(dataSync(compare(f64(nan, 1), f64(nan, nan))))).toEqual([0, 0])
  })
  test('becomes 0 in i32 and true in bool', () => {
    expect(dataSync(cast(f64(nan, inf, -inf, -1.9, 3e9), 'i32'))).toEqual(
      Int32Array.of(0, 2 ** 31 - 1, -(2 ** 31), -1, 2 ** 31 - 1),
    )
    expect(dataSync(cast(f64(nan, -0, 0.1), 'bool'))).toEqual(Uint8Array.of(1, 0, 1))
  })
})

describe('pow', () => {
  const exponents = [0, 1, 2, 3]

  test('of base 0 has the slopes of the polynomial, to every order', () => {
    for (const n of exponents) {
      for (const exponent of [n, constant(n, [], 'f64'), f64(n)]) {
        const f = (x: Tensor): Tensor => pow(x, exponent)
        const expected = [0, 1, 2, 3, 4].map((order) => (order === n ? [1, 1, 2, 6][n] : 0))
        expect([0, 1, 2, 3, 4].map((order) => slopes(f, [0], order)[0])).toEqual(expected)
      }
    }
  })
  test('of negative bases has the slopes of the polynomial', () => {
    expect(slopes((x) => pow(x, 3), [-2, -1, 2])).toEqual([12, 3, 12])
    expect(slopes((x) => pow(x, f64(3, 2, -1)), [-2, -3, -2])).toEqual([12, -6, -0.25])
    expect(slopes((x) => pow(x, 3), [-2, 2], 2)).toEqual([-12, 12])
  })
  test('has the true slope at base 0 for other exponents', () => {
    expect(slopes((x) => pow(x, 0.5), [0])).toEqual([inf])
    expect(slopes((x) => pow(x, 1.5), [0])).toEqual([0])
    expect(slopes((x) => pow(x, -1), [0])).toEqual([-inf])
  })
  test('has slope 0 toward an exponent above base 0, and NaN above a negative base', () => {
    expect(both(pow, [0, 2, -2], [2, 3, 3])[1]).toEqual([0, 8 * Math.log(2), nan])
  })
  test('of anything to the power 0 is 1, and of 1 to anything is 1', () => {
    const odd = [0, nan, inf, -inf, -2]
    expect(odd.map((x) => dataSync(pow(f64(x), 0))[0])).toEqual(odd.map(() => 1))
    expect(odd.map((x) => dataSync(pow(f64(1), f64(x)))[0])).toEqual(odd.map(() => 1))
    expect(dataSync(pow(f64(-1, -1), f64(inf, -inf)))).toEqual(Float64Array.of(1, 1))
  })
})

describe('where', () => {
  test('gives the branch not taken a gradient of exactly 0', () => {
    const x = f64(-1, 2)
    const y = where(lt(x, 0), mul(x, 5), mul(x, x))
    expect(Array.from(dataSync(pullback([y], [fullLike(y, 1)], [x])[0]!))).toEqual([5, 4])
  })
  test('with a condition made of its input differentiates', () => {
    expect(slopes((x) => where(lt(mul(x, x), 1), mul(x, 3), exp(x)), [0.5, 2])).toEqual([3, Math.exp(2)])
  })
  test('does not save from an infinite slope in the branch not taken, but a safe input does', () => {
    const safe = (x: Tensor): Tensor => where(lt(0, x), sqrt(where(lt(0, x), x, 1)), 0)
    expect(slopes((x) => where(lt(0, x), sqrt(x), 0), [0, 4])).toEqual([nan, 0.25])
    expect(slopes(safe, [0, 4])).toEqual([0, 0.25])
  })
  test('keeps NaN of the branch not taken out of the value', () => {
    expect(Array.from(dataSync(where(lt(f64(-1, 1), 0), 7, log(f64(-1, 1)))))).toEqual([7, 0])
  })
})

describe('remainder', () => {
  test('has the sign of the divisor', () => {
    const a = [5, -5, 5, -5, 5.5]
    const b = [3, 3, -3, -3, 2]
    expect(Array.from(dataSync(remainder(f64(...a), f64(...b))))).toEqual([2, 1, -1, -2, 1.5])
  })
  test('by 0 is NaN, and 0 for integers', () => {
    expect(Array.from(dataSync(remainder(f64(1), 0)))).toEqual([nan])
    expect(dataSync(remainder(fromOwned(Int32Array.of(7), [1]), 0))).toEqual(Int32Array.of(0))
  })
  test('has the quotient it came from as its slope, where a / b rounds up', () => {
    // 1 / 0.1 rounds to 10, but 0.1 is a little more than a tenth and fits in 9 times.
    expect(both(remainder, [1, 5.5, -5.5], [0.1, 2, 2])).toEqual([
      [1, 1, 1],
      [-9, -2, 3],
    ])
  })
})

describe('indices that repeat', () => {
  const index = fromOwned(Int32Array.of(1, 1, 0, 1), [4])

  test('add up in the gradient of gather and in scatterAdd', () => {
    expect(slopes((x) => gather(x, 0, index), [5, 6])).toEqual([1, 3])
    expect(Array.from(dataSync(scatterAdd(f64(1, 2, 3, 4), index, 0, 3)))).toEqual([3, 7, 0])
  })
})

test('integers wrap, and i32 sums too', () => {
  const large = fromOwned(Int32Array.of(2 ** 31 - 1, 1), [2])
  expect(dataSync(sum(large))).toEqual(Int32Array.of(-(2 ** 31)))
  expect(dataSync(mul(fromOwned(Int32Array.of(123456789), [1]), 987654321))).toEqual(
    Int32Array.of(Math.imul(123456789, 987654321)),
  )
})

test('no gradient passes stopGradient, whatever is made of it', () => {
  expect(slopes((x) => mul(x, stopGradient(x)), [3])).toEqual([3])
})

describe('the empty', () => {
  const none = f64()

  test('sum is 0, and has an empty gradient', () => {
    expect(dataSync(sum(none))).toEqual(Float64Array.of(0))
    expect(slopes((x) => sum(x), [])).toEqual([])
  })
})
