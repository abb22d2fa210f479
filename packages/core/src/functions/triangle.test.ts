import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { reshape } from '../ops/reshape.ts'
import { tensor } from '../tensor/create.ts'
import { arange, zeros } from '../tensor/fill.ts'
import { diagonal, tril, triu } from './triangle.ts'
import { f64, valuesOf } from './values.testing.ts'

const cases = { m: fc.nat(4), n: fc.nat(4), offset: fc.integer({ min: -5, max: 5 }) }

describe('tril, triu and diagonal', () => {
  it('agree with their definitions for any matrix and offset', async () => {
    await fc.assert(
      fc.asyncProperty(cases.m, cases.n, cases.offset, async (m, n, offset) => {
        const x = reshape(arange(1, m * n + 1), [m, n])
        const at = (i: number, j: number): number => i * n + j + 1
        const grid = (keep: (i: number, j: number) => boolean): number[][] =>
          Array.from({ length: m }, (_, i) =>
            Array.from({ length: n }, (_, j) => (keep(i, j) ? at(i, j) : 0)),
          )
        expect(await valuesOf(tril(x, { diagonal: offset }))).toEqual(grid((i, j) => j - i <= offset))
        expect(await valuesOf(triu(x, { diagonal: offset }))).toEqual(grid((i, j) => j - i >= offset))
        const line = grid((i, j) => j - i === offset)
          .flat()
          .filter((v) => v !== 0)
        expect(await valuesOf(diagonal(x, { offset }))).toEqual(line)
      }),
      { numRuns: 60 },
    )
  })

  it('work on each matrix of a batch, in every dtype', async () => {
    const x = tensor([
      [
        [true, true],
        [true, true],
      ],
    ])
    expect(await valuesOf(tril(x))).toEqual([
      [
        [true, false],
        [true, true],
      ],
    ])
    expect(
      await valuesOf(
        triu(
          f64([
            [
              [1, 2],
              [3, 4],
            ],
          ]),
        ),
      ),
    ).toEqual([
      [
        [1, 2],
        [0, 4],
      ],
    ])
    expect(diagonal(zeros([2, 3, 4])).shape).toEqual([4, 2])
    expect(
      await valuesOf(
        diagonal(
          f64([
            [
              [1, 2],
              [3, 4],
            ],
          ]),
          { axis1: -2, axis2: -1 },
        ),
      ),
    ).toEqual([[1, 4]])
  })

  it('swapping the axes of diagonal turns the offset round', async () => {
    const x = f64([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(await valuesOf(diagonal(x, { offset: 1 }))).toEqual([2, 6])
    expect(await valuesOf(diagonal(x, { offset: -1, axis1: 1, axis2: 0 }))).toEqual([2, 6])
  })

  it('send gradients back to the places they keep', async () => {
    const x = f64([
      [1, 2, 3],
      [4, 5, 6],
    ])
    await gradcheck((t) => tril(t, { diagonal: 1 }), [x])
    await gradcheck((t) => triu(t), [x])
    await gradcheck((t) => diagonal(t, { offset: -1 }), [x])
  })

  it('refuse what has no rows and columns', () => {
    expect(() => tril(zeros([3]))).toThrow('tril: needs a matrix or a batch of them, got [3]')
    expect(() => triu(zeros([2, 2]), { diagonal: 0.5 })).toThrow(
      'triu: diagonal must be a whole number, got 0.5',
    )
    expect(() => diagonal(zeros([2, 2]), { axis2: 0 })).toThrow(
      'diagonal: needs two axes of [2, 2], got axis 0 twice',
    )
    expect(() => diagonal(zeros([2]))).toThrow('diagonal: there is no axis 1')
  })
})
