import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { helperFunction } from '../kernels/evaluate.testing.ts'
import { hostHelpers, shaderHelpers } from './helpers.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number
const largest = 3.4028234e38
const smallest = 1.1754944e-38

/** Numbers of every size that `f32` has but the subnormal and the very largest, and many between -10 and 10. */
const numbers: fc.Arbitrary<number> = fc
  .oneof(
    fc.double({ min: -10, max: 10, noNaN: true }),
    fc
      .tuple(
        fc.double({ min: 1, max: 2, noNaN: true }),
        fc.integer({ min: -126, max: 126 }),
        fc.constantFrom(-1, 1),
      )
      .map(([m, e, sign]) => sign * m * 2 ** e),
  )
  .map(Math.fround)
  .filter((x) => x === 0 || Math.abs(x) >= smallest)

/** A unit in the last place of an `f32`, as a part of the number. */
const unit = 2 ** -23

/** The error function to all places of a double: its series, and for large x the continued fraction. */
function erf(x: number): number {
  const a = Math.abs(x)
  if (a > 3) {
    let fraction = a
    for (let n = 80; n > 0; n--) fraction = a + n / 2 / fraction
    return Math.sign(x) * (1 - Math.exp(-a * a) / (fraction * Math.sqrt(Math.PI)))
  }
  let [term, total] = [x, x]
  for (let n = 1; n < 120; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    total += term
  }
  return ((2 * Math.exp(-x * x)) / Math.sqrt(Math.PI)) * total
}

// What a helper comes to in doubles tells how good its formula is; roundings to f32 are what the conformance kit looks at.
const functions: readonly (readonly [
  name: string,
  right: (x: number) => number,
  units: number,
  domain: (x: number) => boolean,
])[] = [
  ['expOf', Math.exp, 1, (x) => x > -87 && x < 88.7],
  ['expm1Of', Math.expm1, 1, (x) => x < 88.7],
  ['logOf', Math.log, 1, (x) => x >= smallest],
  ['log1pOf', Math.log1p, 1, (x) => x > -1],
  ['tanhOf', Math.tanh, 1, () => true],
  ['erfOf', erf, 1, () => true],
]

describe.each(functions)('on shaders %s', (name, right, units, domain) => {
  test(`is right but for ${units} unit in the last place`, () => {
    const helper = helperFunction(name, shaderHelpers)
    fc.assert(
      fc.property(numbers.filter(domain), (x) => {
        expect(Math.abs(helper(x) - right(x))).toBeLessThanOrEqual(units * unit * Math.abs(right(x)))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('on shaders', () => {
  test.each([
    ['waveOf', 0, Math.sin],
    ['waveOf', 1, Math.cos],
  ] as const)('%s, %i quarter turns on, is a wave, also at large angles', (name, shift, right) => {
    const helper = helperFunction(name, shaderHelpers)
    fc.assert(
      fc.property(numbers, (x) => {
        expect(Math.abs(helper(x, shift) - right(x))).toBeLessThanOrEqual(unit)
      }),
      { numRuns: 2000 },
    )
  })

  test('powOf raises numbers of either sign, to powers of either sign', () => {
    const helper = helperFunction('powOf', shaderHelpers)
    const exponents = fc
      .oneof(fc.integer({ min: -20, max: 20 }), fc.double({ min: -30, max: 30, noNaN: true }))
      .map(Math.fround)
    fc.assert(
      fc.property(numbers, exponents, (a, b) => {
        const right = a ** b
        fc.pre(Number.isNaN(right) || (Math.abs(right) < largest && Math.abs(right) > smallest))
        if (Number.isNaN(right)) expect(helper(a, b)).toBeNaN()
        else expect(Math.abs(helper(a, b) - right)).toBeLessThanOrEqual(2 * unit * Math.abs(right))
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['expOf', [nan, -infinity, infinity, 0, -0], [nan, 0, infinity, 1, 1]],
    ['expm1Of', [nan, -infinity, infinity, 0], [nan, -1, infinity, 0]],
    ['logOf', [nan, infinity, 0, -1, -infinity, 1], [nan, infinity, -infinity, nan, nan, 0]],
    ['log1pOf', [nan, infinity, -1, -2, 0], [nan, infinity, -infinity, nan, 0]],
    ['tanhOf', [nan, infinity, -infinity, 0], [nan, 1, -1, 0]],
    ['erfOf', [nan, infinity, -infinity, 0], [nan, 1, -1, 0]],
    ['signOf', [nan, infinity, -infinity, 0, 3, -3], [nan, 1, -1, 0, 1, -1]],
  ] as const)('%s knows the special values', (name, given, right) => {
    const helper = helperFunction(name, shaderHelpers)
    expect(given.map((x) => Math.fround(helper(x)))).toEqual(right)
  })

  test.each([0, 1])('a wave %i quarter turns on is NaN where its angle is no number', (shift) => {
    const wave = helperFunction('waveOf', shaderHelpers)
    expect([nan, infinity, -infinity].map((x) => wave(x, shift))).toEqual([nan, nan, nan])
  })
})

const pairs: readonly number[] = [nan, infinity, -infinity, 0, 1, -1, 2, -2.5, largest, smallest]

describe.each([
  ['shaders', shaderHelpers],
  ['processors', hostHelpers],
] as const)('on %s', (place, helpers) => {
  test('powers of special values are those of JavaScript, but that 1 to any power is 1', () => {
    const pow = helperFunction('powOf', helpers)
    for (const a of pairs) {
      for (const b of [nan, infinity, -infinity, 0, 1, -1, 2, 3, -3, 0.5]) {
        const isOne = a === 1 || (a === -1 && Math.abs(b) === infinity)
        const [right, found] = [Math.fround(isOne ? 1 : a ** b), Math.fround(pow(a, b))]
        // What is below the smallest normal number may count as 0.
        if (right !== 0 && Math.abs(right) < smallest) continue
        if (Number.isFinite(right))
          expect(Math.abs(found - right), `${a} ** ${b}`).toBeLessThanOrEqual(unit * Math.abs(right))
        else expect(found, `${a} ** ${b}`).toBe(right)
      }
    }
  })

  test('same tells NaN from itself', () => {
    const same = helperFunction('same', helpers)
    for (const a of pairs) for (const b of pairs) expect(same(a, b)).toBe(a === b ? 1 : 0)
  })

  test('the larger and the smaller of two are those of JavaScript', () => {
    if (place === 'processors') return
    const [larger, smaller] = [helperFunction('larger', helpers), helperFunction('smaller', helpers)]
    for (const a of pairs) {
      for (const b of pairs) {
        expect(larger(a, b)).toBe(Math.max(a, b))
        expect(smaller(a, b)).toBe(Math.min(a, b))
      }
    }
  })
})

test('on processors the error function is right to ten places', () => {
  const helper = helperFunction('erfOf', hostHelpers)
  fc.assert(
    fc.property(fc.double({ min: -10, max: 10, noNaN: true }), (x) => {
      expect(Math.abs(helper(x) - erf(x))).toBeLessThanOrEqual(1e-10 * Math.abs(erf(x)))
    }),
  )
  expect([nan, infinity, -infinity].map((x) => helper(x))).toEqual([nan, 1, -1])
})
