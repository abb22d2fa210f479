import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tensor } from './create.ts'
import { arange, eye, full, linspace, ones, onesLike, zeros, zerosLike } from './fill.ts'
import { array, data } from './value.ts'

describe('zeros, ones and full', () => {
  it('hold one value everywhere, f32 unless told otherwise', async () => {
    expect(await array(zeros([2, 2]))).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(await array(ones([2], { dtype: 'i32' }))).toEqual([1, 1])
    expect(await array(full([], 2.5, { dtype: 'f64' }))).toBe(2.5)
    expect((await data(zeros([0, 3]))).length).toBe(0)
  })

  it('of another tensor have its shape and dtype', () => {
    const x = tensor([[1, 2]], { dtype: 'f64' })
    expect([zerosLike(x), onesLike(x)].map((t) => [t.shape, t.dtype])).toEqual([
      [[1, 2], 'f64'],
      [[1, 2], 'f64'],
    ])
  })
})

describe('arange', () => {
  it('counts from start up to but without stop', async () => {
    expect([...(await data(arange(4)))]).toEqual([0, 1, 2, 3])
    expect([...(await data(arange(2, 5)))]).toEqual([2, 3, 4])
    expect([...(await data(arange(5, 0, { step: -2 })))]).toEqual([5, 3, 1])
    expect([...(await data(arange(3, 3)))]).toEqual([])
    expect([...(await data(arange(5, 0)))]).toEqual([])
  })

  it('is i32 for whole numbers and f32 for others', () => {
    expect(arange(4).dtype).toBe('i32')
    expect(arange(0, 1, { step: 0.25 }).dtype).toBe('f32')
  })
})

describe('linspace', () => {
  it('begins and ends exactly where it is told, evenly between', async () => {
    const bound = fc.double({ min: -1e3, max: 1e3, noNaN: true })
    await fc.assert(
      fc.asyncProperty(bound, bound, fc.integer({ min: 2, max: 9 }), async (start, stop, count) => {
        const values = [...(await data(linspace(start, stop, count, { dtype: 'f64' })))]
        expect(values).toHaveLength(count)
        expect([values[0], values.at(-1)]).toEqual([start + 0, stop])
        values.forEach((v, i) => {
          expect(v).toBeCloseTo(start + ((stop - start) * i) / (count - 1), 9)
        })
      }),
    )
  })

  it('of one number is the start, of none is empty', async () => {
    expect([...(await data(linspace(3, 7, 1)))]).toEqual([3])
    expect([...(await data(linspace(3, 7, 0)))]).toEqual([])
  })
})

describe('eye', () => {
  it('has ones on the diagonal, also when it is not square', async () => {
    expect(await array(eye(2))).toEqual([
      [1, 0],
      [0, 1],
    ])
    expect(await array(eye(1, 3, { dtype: 'i32' }))).toEqual([[1, 0, 0]])
  })
})

describe('mistakes', () => {
  type Loose = (...args: unknown[]) => unknown
  it.each<[string, () => unknown, string]>([
    [
      'a number for a shape',
      () => (zeros as Loose)(3),
      'zeros: the shape must be an array of numbers, got the number 3',
    ],
    ['a negative size', () => ones([2, -1]), 'ones: [2, -1] is no shape'],
    [
      'a dtype without its name',
      () => (full as Loose)([2], 1, 'f64'),
      'full: expected options as in { dtype: … }',
    ],
    [
      'a step without its name',
      () => (arange as Loose)(0, 5, 2),
      'arange: expected options as in { step: … }',
    ],
    ['a step of 0', () => arange(0, 5, { step: 0 }), 'needs finite bounds and a step other than 0'],
    ['an infinite bound', () => arange(Infinity), 'needs finite bounds'],
    ['a negative count', () => linspace(0, 1, -1), 'linspace: [-1] is no shape'],
    ['a negative size of a matrix', () => eye(-1), 'eye: [-1, -1] is no shape'],
    ['no tensor to be like', () => (onesLike as Loose)(), 'onesLike: expected a tensor, got undefined'],
  ])('%s is refused by name', (_, make, message) => {
    expect(make).toThrow(message)
  })
})
