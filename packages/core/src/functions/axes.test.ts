import { describe, expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { reshape } from '../ops/reshape.ts'
import { arange, zeros } from '../tensor/fill.ts'
import { flatten, moveAxis, squeeze, transpose, unsqueeze } from './axes.ts'
import { f64, valuesOf } from './values.testing.ts'

const x = zeros([2, 3, 4, 5])

describe('transpose and moveAxis', () => {
  it('transpose swaps the last two axes, or the two named', () => {
    expect(transpose(x).shape).toEqual([2, 3, 5, 4])
    expect(transpose(x, 0, 2).shape).toEqual([4, 3, 2, 5])
    expect(transpose(x, -1, 0).shape).toEqual([5, 3, 4, 2])
  })

  it('transposing moves the elements of a square matrix', async () => {
    expect(
      await valuesOf(
        transpose(
          f64([
            [1, 2],
            [3, 4],
          ]),
        ),
      ),
    ).toEqual([
      [1, 3],
      [2, 4],
    ])
  })

  it('moveAxis keeps the order of the others', () => {
    expect(moveAxis(x, 1, -1).shape).toEqual([2, 4, 5, 3])
    expect(moveAxis(x, -1, 0).shape).toEqual([5, 2, 3, 4])
  })

  it('refuse axes that do not exist', () => {
    expect(() => transpose(zeros([3]))).toThrow('transpose: there is no axis -2: rank 1 has axes -1 to 0')
    expect(() => moveAxis(x, 4, 0)).toThrow('moveAxis: there is no axis 4')
  })
})

describe('squeeze, unsqueeze and flatten', () => {
  it('squeeze drops axes of size 1, all or the named ones', () => {
    const y = zeros([1, 2, 1, 3])
    expect(squeeze(y).shape).toEqual([2, 3])
    expect(squeeze(y, -2).shape).toEqual([1, 2, 3])
    expect(squeeze(y, [0, 2]).shape).toEqual([2, 3])
    expect(squeeze(zeros([1, 1])).shape).toEqual([])
  })

  it('squeeze refuses a longer axis', () => {
    expect(() => squeeze(zeros([1, 2]), 1)).toThrow('squeeze: axis 1 of [1, 2] has size 2, not 1')
  })

  it('unsqueeze puts a new axis anywhere, also last', () => {
    expect(unsqueeze(zeros([2, 3]), 0).shape).toEqual([1, 2, 3])
    expect(unsqueeze(zeros([2, 3]), -1).shape).toEqual([2, 3, 1])
    expect(unsqueeze(zeros([]), 0).shape).toEqual([1])
    expect(() => unsqueeze(zeros([2]), 3)).toThrow('unsqueeze: there is no axis 3')
  })

  it('flatten merges a range of axes', () => {
    expect(flatten(x).shape).toEqual([120])
    expect(flatten(x, { startAxis: 1 }).shape).toEqual([2, 60])
    expect(flatten(x, { startAxis: 1, endAxis: -2 }).shape).toEqual([2, 12, 5])
    expect(flatten(zeros([])).shape).toEqual([1])
    expect(flatten(zeros([0, 3])).shape).toEqual([0])
    expect(() => flatten(x, { startAxis: 2, endAxis: 1 })).toThrow(
      'flatten: startAxis 2 comes after endAxis 1',
    )
  })
})

it('gradients follow the elements', async () => {
  const y = reshape(arange(12, { dtype: 'f64' }), [1, 3, 4])
  await gradcheck((t) => flatten(moveAxis(unsqueeze(transpose(squeeze(t)), 1), 0, 2)), [y])
})
