import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quotient } from '../../math/helpers.ts'
import { evaluated, helperFunction } from '../evaluate.testing.ts'
import { quotientOf, Source } from './source.ts'

const dividends = fc.integer({ min: 0, max: 2 ** 24 })
const divisors = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 2 ** 24 }))

describe('quotients', () => {
  test('are exact for whole numbers up to 2^24', () => {
    fc.assert(
      fc.property(dividends, divisors, (x, divisor) => {
        const kernel = evaluated(`function (a) { return ${quotientOf('a[0]', divisor)}; }`, [quotient])
        expect(kernel([[x]], 0)).toBe(Math.floor(x / divisor))
      }),
    )
  })

  test('are exact also where the device rounds a division wrongly by two units in the last place', () => {
    fc.assert(
      fc.property(
        dividends,
        fc.integer({ min: 3, max: 2 ** 24 }),
        fc.constantFrom(-1, 1),
        (x, divisor, side) => {
          const off = `a / d * ${1 + side * 2 ** -23}`
          const wrong = { ...quotient, source: quotient.source.replace('a / d', off) }
          expect(wrong.source).toContain(off)
          expect(helperFunction('quotient', [wrong])(x, divisor)).toBe(Math.floor(x / divisor))
        },
      ),
    )
  })
})

test('a source is a function of the arrays it reads, in the order it first read them', () => {
  const source = new Source()
  expect([source.array(7), source.array(3), source.array(7)]).toEqual(['a0', 'a1', 'a0'])
  const sum = source.name('s')
  source.line(`let ${sum} = 0;`)
  source.loop(3, (i) => {
    source.when(`${i} > 0`, () => source.line(`${sum} += a0[${i}] * a1[${source.quotient(5)}];`))
  })
  expect(source.inputs).toEqual([7, 3])
  const text = source.function(`${sum} + ${source.special('infinity')} * 0`)
  expect(text).toMatchInlineSnapshot(`
    "function (a0, a1) {
      const p = this.thread.x;
      const q5 = quotient(p, 5);
      const zero = p - p;
      const infinity = 1 / zero;
      let s0 = 0;
      for (let i1 = 0; i1 < 3; i1++) {
        if (i1 > 0) {
          s0 += a0[i1] * a1[q5];
        }
      }
      return s0 + infinity * 0;
    }"
  `)
  const plain = text.replace(' + infinity * 0', '')
  expect(
    evaluated(plain, [quotient])(
      [
        [1, 2, 3],
        [10, 100],
      ],
      7,
    ),
  ).toBe(500)
})
