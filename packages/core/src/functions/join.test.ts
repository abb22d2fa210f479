import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { reshape } from '../ops/reshape.ts'
import { concat } from '../ops/slice.ts'
import { arange, zeros } from '../tensor/fill.ts'
import { chunk, splitAxis, stack } from './join.ts'
import { f64, flatOf, i32, valuesOf } from './values.testing.ts'

describe('stack', () => {
  const [a, b] = [f64([1, 2]), f64([3, 4])]

  it('makes a new axis where asked', async () => {
    expect(await valuesOf(stack([a, b]))).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(await valuesOf(stack([a, b], -1))).toEqual([
      [1, 3],
      [2, 4],
    ])
    expect(await valuesOf(stack([f64(1), f64(2)]))).toEqual([1, 2])
    expect(stack([a]).shape).toEqual([1, 2])
  })

  it('promotes dtypes', () => {
    expect(stack([i32([1]), f64([2])]).dtype).toBe('f64')
  })

  it('sends each entry its own gradient', async () => {
    await gradcheck((p, q) => stack([p, q, p], 1), [a, b])
  })

  it('refuses nothing, and different shapes', () => {
    expect(() => stack([])).toThrow('stack: needs at least one tensor')
    expect(() => stack([a, zeros([3])])).toThrow(
      'stack: cannot stack [2] and [3]: all shapes must be the same',
    )
  })
})

describe('split and chunk', () => {
  const x = reshape(arange(24, { dtype: 'f64' }), [4, 6])

  it('concat after split gives the tensor back', async () => {
    const sizes = fc.array(fc.nat(4), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom(0, 1), async (list, axis) => {
        const n = list.reduce((a, b) => a + b, 0)
        const whole = reshape(arange(3 * n), axis === 0 ? [n, 3] : [3, n])
        const pieces = splitAxis(whole, list, { axis })
        expect(pieces.map((p) => p.shape[axis])).toEqual(list)
        expect(await flatOf(concat(pieces, axis))).toEqual(await flatOf(whole))
      }),
      { numRuns: 30 },
    )
  })

  it('a single number is the size of the pieces, the last one smaller', () => {
    expect(splitAxis(x, 4, { axis: 1 }).map((p) => p.shape)).toEqual([
      [4, 4],
      [4, 2],
    ])
    expect(splitAxis(x, 2).map((p) => p.shape)).toEqual([
      [2, 6],
      [2, 6],
    ])
    expect(splitAxis(zeros([0, 2]), 3)).toEqual([])
  })

  it('chunk makes equal pieces', async () => {
    expect(chunk(x, 3, { axis: -1 }).map((p) => p.shape)).toEqual([
      [4, 2],
      [4, 2],
      [4, 2],
    ])
    expect((await Promise.all(chunk(f64([1, 2, 3, 4]), 2).map(flatOf))).flat()).toEqual([1, 2, 3, 4])
  })

  it('each piece has its own gradient', async () => {
    await gradcheck(
      (t) => {
        const [p, q, r] = chunk(t, 3, { axis: 1 })
        return concat(
          [r, q, r, p].map((piece) => piece ?? t),
          0,
        )
      },
      [x],
    )
  })

  it('refuse what does not add up', () => {
    expect(() => splitAxis(x, [1, 2])).toThrow(
      'split: sizes [1, 2] must be whole numbers that add up to 4, the size of axis 0 of [4, 6]',
    )
    expect(() => splitAxis(x, 0)).toThrow(
      'split: the size of a piece must be a whole number of at least 1, got 0',
    )
    expect(() => chunk(x, 4, { axis: 1 })).toThrow(
      'chunk: axis 1 of [4, 6] does not divide into 4 equal pieces',
    )
  })
})
