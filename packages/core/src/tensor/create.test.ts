import { describe, expect, it } from 'vitest'
import { type NestedArray, type TensorData, tensor } from './create.ts'
import { array, data } from './value.ts'

describe('tensor', () => {
  it('takes shape and dtype from nested arrays: numbers are f32, booleans bool', async () => {
    const numbers = tensor([
      [1, 2.5],
      [3, 4],
      [5, 6],
    ])
    expect([numbers.dtype, numbers.shape]).toEqual(['f32', [3, 2]])
    const truths = tensor([true, false])
    expect([truths.dtype, await array(truths)]).toEqual(['bool', [true, false]])
    expect(tensor(3).shape).toEqual([])
    expect([tensor([]).shape, tensor([[], []]).shape]).toEqual([[0], [2, 0]])
  })

  it('takes the dtype of a typed array, and i32 for bytes', () => {
    expect(tensor(new Float64Array(2)).dtype).toBe('f64')
    expect(tensor(new Int32Array(2)).dtype).toBe('i32')
    expect(tensor(new Uint8Array([7, 255])).dtype).toBe('i32')
    expect(tensor(new Float32Array(6), { shape: [2, 3] }).shape).toEqual([2, 3])
  })

  it('copies: writing to the array afterwards changes nothing', async () => {
    const values = new Float32Array([1, 2])
    const t = tensor(values)
    values[0] = 9
    expect([...(await data(t))]).toEqual([1, 2])
  })

  it('stores other dtypes on request: bool is everything but 0', async () => {
    expect([...(await data(tensor([0, 2, Number.NaN], { dtype: 'bool' })))]).toEqual([0, 1, 1])
    expect([...(await data(tensor([1, -2], { dtype: 'i32' })))]).toEqual([1, -2])
  })

  // What TypeScript would refuse, as plain JavaScript may write it.
  const loose = tensor as (data: unknown, options?: unknown) => unknown
  it.each([
    [
      'a ragged array',
      [[1, 2], [3]],
      {},
      'ragged array: at level 1 every row must have 2 entries, one has 1',
    ],
    ['a level too many', [1, [2]], {}, 'element 1 is an array, not a number or boolean'],
    ['a level too few', [[1], 2], {}, 'one has the number 2 instead'],
    ['a string', ['1'], {}, "element 0 is the string '1', not a number or boolean"],
    ['nothing', undefined, {}, 'element 0 is undefined'],
    [
      'a shape it does not fill',
      [1, 2, 3],
      { shape: [2, 2] },
      '3 values do not fill shape [2, 2], which holds 4',
    ],
    ['a negative size', [], { shape: [-1, 0] }, 'is no shape'],
    ['a fraction as i32', [1.5], { dtype: 'i32' }, 'element 0 is 1.5, not a whole number of 32 bits'],
    ['a number past 32 bits', [2 ** 31], { dtype: 'i32' }, 'element 0 is 2147483648'],
    [
      'an unknown dtype',
      [1],
      { dtype: 'float32' },
      "there is no dtype 'float32'; there are bool, i32, f32, f64",
    ],
    ['a misspelt option', [1], { shap: [1] }, "there is no option 'shap'"],
    [
      'a gradient of integers',
      [1],
      { dtype: 'i32', requiresGrad: true },
      'requiresGrad needs f32 or f64, got i32',
    ],
  ])('refuses %s', (_, values, options, message) => {
    expect(() => loose(values, options)).toThrow(message)
  })

  it('accepts what its types name', () => {
    const nested: NestedArray = [[1], [true]]
    const all: readonly TensorData[] = [nested, 1, false, new Float32Array(1)]
    expect(all.map((d) => tensor(d).size)).toEqual([2, 1, 1, 1])
  })
})
