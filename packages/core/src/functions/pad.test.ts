import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { reshape } from '../ops/reshape.ts'
import { tensor } from '../tensor/create.ts'
import { arange, zeros } from '../tensor/fill.ts'
import { pad } from './pad.ts'
import { f64, flatOf, i32, valuesOf } from './values.testing.ts'

/** Which of `n` elements stands at place `i` after padding; null outside. */
const source = {
  constant: (i: number, n: number) => (i >= 0 && i < n ? i : null),
  reflect: (i: number, n: number) => (i < 0 ? -i : i < n ? i : 2 * (n - 1) - i),
  replicate: (i: number, n: number) => Math.min(n - 1, Math.max(0, i)),
}

describe('pad', () => {
  it.each(['constant', 'reflect', 'replicate'] as const)(
    '%s reads every element from where its formula says',
    async (mode) => {
      const axis = fc.record({ n: fc.integer({ min: 1, max: 5 }), before: fc.nat(4), after: fc.nat(4) })
      await fc.assert(
        fc.asyncProperty(axis, axis, async (rows, columns) => {
          fc.pre(
            mode !== 'reflect' ||
              [rows, columns].every(({ n, before, after }) => Math.max(before, after) < n),
          )
          const x = reshape(arange(rows.n * columns.n), [rows.n, columns.n])
          const padded = pad(
            x,
            [
              [rows.before, rows.after],
              [columns.before, columns.after],
            ],
            { mode, value: -7 },
          )
          const expected = Array.from({ length: rows.before + rows.n + rows.after }, (_, i) =>
            Array.from({ length: columns.before + columns.n + columns.after }, (_, j) => {
              const [r, c] = [
                source[mode](i - rows.before, rows.n),
                source[mode](j - columns.before, columns.n),
              ]
              return r === null || c === null ? -7 : r * columns.n + c
            }),
          )
          expect(await valuesOf(padded)).toEqual(expected)
        }),
        { numRuns: 40 },
      )
    },
  )

  it('takes pairs for the last axes, and leaves the others alone', async () => {
    expect(pad(zeros([2, 3, 4]), [[1, 2]]).shape).toEqual([2, 3, 7])
    expect(await flatOf(pad(f64([1, 2]), []))).toEqual([1, 2])
    expect(await flatOf(pad(tensor([true]), [[1, 0]]))).toEqual([0, 1])
  })

  it.each(['constant', 'reflect', 'replicate'] as const)(
    '%s adds up the gradients of what it repeats',
    async (mode) => {
      await gradcheck(
        (x) =>
          pad(
            x,
            [
              [2, 1],
              [0, 2],
            ],
            { mode, value: 3 },
          ),
        [
          f64([
            [1, 2, 4],
            [0, 5, 3],
            [7, 6, 9],
          ]),
        ],
      )
    },
  )

  it('refuses what it cannot add', () => {
    const x = zeros([2, 3])
    expect(() =>
      pad(
        x,
        [
          [2, 0],
          [0, 0],
        ],
        { mode: 'reflect' },
      ),
    ).toThrow('pad: cannot reflect 2 elements before axis 0 of [2, 3]: at most 1')
    expect(() => pad(zeros([0]), [[1, 0]], { mode: 'replicate' })).toThrow(
      'pad: axis 0 of [0] has no edge to replicate',
    )
    expect(() =>
      pad(x, [
        [0, 0],
        [0, 0],
        [0, 0],
      ]),
    ).toThrow('pad: 3 pairs are too many for the 2 axes of [2, 3]')
    expect(() => pad(x, [[-1, 0]])).toThrow(
      'pad: amounts [[-1, 0]] must be pairs of whole numbers of at least 0',
    )
    expect(() => pad(i32([1]), [[1, 0]], { value: 0.5 })).toThrow('pad: 0.5 is not a whole number of 32 bits')
    // @ts-expect-error: no such mode
    expect(() => pad(x, [[1, 1]], { mode: 'circular' })).toThrow(
      "pad: mode must be 'constant', 'reflect' or 'replicate', got the string 'circular'",
    )
  })
})
