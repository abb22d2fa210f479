import { expect, test } from 'vitest'
import { cos, erf, exp, expm1, floorRemainder, log, log1p, pow, sin, sqrt, tanh } from './exact.testing.ts'

// Computed with mpmath 1.3 in 4000 bits, so that the yardstick is itself measured.
const unary: readonly (readonly [f: (x: number) => number, x: number, expected: number])[] = [
  [exp, 1, Math.E],
  [exp, -0.5, 0.6065306597126334],
  [exp, 700.25, 1.3022997366991783e304],
  [exp, -740.5, 2.5e-322],
  [exp, 1e-20, 1],
  [exp, 0.1, 1.1051709180756477],
  [expm1, 1e-10, 1.00000000005e-10],
  [expm1, -3.5, -0.9698026165776815],
  [expm1, 0.7, 1.0137527074704764],
  [expm1, 50, 5.184705528587072e21],
  [log, 2, Math.LN2],
  [log, 0.25, -2 * Math.LN2],
  [log, 1e300, 690.7755278982137],
  [log, 5e-324, -744.4400719213812],
  [log, 0.9999999999999999, -1.1102230246251565e-16],
  [log1p, 1e-10, 9.999999999500001e-11],
  [log1p, -0.75, -1.3862943611198906],
  [log1p, 123.456, 4.823952239784821],
  [sqrt, 2, Math.SQRT2],
  [sqrt, 0.1, 0.31622776601683794],
  [sqrt, 1e-310, 9.999999999999986e-156],
  [sqrt, 1e300, 1e150],
  [sin, 1, 0.8414709848078965],
  [sin, 100, -0.5063656411097588],
  [sin, 1e22, -0.8522008497671888],
  [sin, -Math.PI, -1.2246467991473532e-16],
  [sin, 1e300, -0.8178819121159085],
  [cos, 1, 0.5403023058681398],
  [cos, 100, 0.8623188722876839],
  [cos, 1e22, 0.523214785395139],
  [cos, 1.5707963267948966, 6.123233995736766e-17],
  [tanh, 0.5, 0.46211715726000974],
  [tanh, -1e-3, -0.0009999996666668],
  [tanh, 19, 0.9999999999999999],
  [tanh, 3, 0.9950547536867305],
  [erf, 0.5, 0.5204998778130465],
  [erf, -1e-3, -0.0011283787909692365],
  [erf, 2.5, 0.999593047982555],
  [erf, 3.7, 0.9999998328489421],
  [erf, 5.5, 0.9999999999999927],
]

for (const [f, x, expected] of unary) {
  test(`${f.name}(${x}) is ${expected}`, () => expect(f(x)).toBe(expected))
}

const binary: readonly (readonly [
  f: (a: number, b: number) => number,
  a: number,
  b: number,
  expected: number,
])[] = [
  [pow, 2, 0.5, Math.SQRT2],
  [pow, 1.0000001, 1e7, 2.7182816941320818],
  [pow, 0.1, -300.5, 3.1622776601683265e300],
  [pow, -3, 5, -243],
  [pow, 1e-300, 1.05, 1e-315],
  [pow, 7.5, -2.25, 0.01074266807949073],
  [floorRemainder, 1, 0.1, 0.09999999999999995],
  [floorRemainder, -1, 0.1, 5.551115123125783e-17],
  [floorRemainder, 5.5, -2, -0.5],
  [floorRemainder, 1e300, 3, 0],
  [floorRemainder, 5e-324, -1e308, -1e308],
]

for (const [f, a, b, expected] of binary) {
  test(`${f.name}(${a}, ${b}) is ${expected}`, () => expect(f(a, b)).toBe(expected))
}
