import { expect, test } from 'vitest'
import { compileStats, concat, describe, full, grad, iota, type Tensor, tensor } from '../index.ts'

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
])
const w = tensor([[1], [2], [3]], { requiresGrad: true })

test('a tensor says its dtype, its shape and how its value comes about', () => {
  expect(describe(x.matmul(w).tanh())).toBe(
    'Tensor f32 [2, 1]: tanh(matmul(input f32 [2, 3], input f32 [3, 1]))',
  )
  expect(describe(x.add(2).mul(x))).toBe('Tensor f32 [2, 3]: mul(add(input f32 [2, 3], 2), input f32 [2, 3])')
})

test('toString says the same', () => {
  const y = x.exp()
  expect(String(y)).toBe(describe(y))
})

test('leaves say what they are', () => {
  expect(describe(x)).toBe('Tensor f32 [2, 3]: input')
  expect(describe(w)).toBe('Tensor f32 [3, 1]: input, requiresGrad')
  expect(describe(tensor(2.5))).toBe('Tensor f32 []: input')
  expect(describe(full([], 2.5))).toBe('Tensor f32 []: 2.5')
  expect(describe(full([2, 3], 0, { dtype: 'i32' }))).toBe('Tensor i32 [2, 3]: full([2, 3], 0)')
  expect(describe(full([2], 1, { dtype: 'bool' }))).toBe('Tensor bool [2]: full([2], true)')
  expect(describe(iota(4))).toBe('Tensor i32 [4]: iota(4)')
})

test('attributes stand behind the operands; those without effect are left out', () => {
  expect(describe(x.sum())).toBe('Tensor f32 []: sum(input f32 [2, 3])')
  expect(describe(x.sum({ axis: 1, keepDims: true }))).toBe(
    'Tensor f32 [2, 1]: sum(input f32 [2, 3], axis 1, keepDims)',
  )
  expect(describe(x.sum({ axis: [0, 1], keepDims: true }))).toBe(
    'Tensor f32 [1, 1]: sum(input f32 [2, 3], keepDims)',
  )
  expect(describe(x.reshape(3, 2))).toBe('Tensor f32 [3, 2]: reshape(input f32 [2, 3], shape [3, 2])')
  expect(
    describe(
      x.pad([
        [0, 0],
        [1, 2],
      ]),
    ),
  ).toBe('Tensor f32 [2, 6]: pad(input f32 [2, 3], low [0, 1], high [0, 2])')
  expect(describe(x.at(null, [1, 3]))).toBe(
    'Tensor f32 [2, 2]: slice(input f32 [2, 3], start [0, 1], stop [2, 3])',
  )
  expect(describe(x.cast('i32'))).toBe('Tensor i32 [2, 3]: cast(input f32 [2, 3], dtype i32)')
})

test('names are told by a tree of tensors', () => {
  const params = { layers: [{ weight: w }] }
  expect(describe(x.matmul(w).neg(), { names: { x, ...params } })).toBe(
    'Tensor f32 [2, 1]: neg(matmul(x, layers.0.weight))',
  )
})

test('it looks three operations deep unless told otherwise', () => {
  const y = x.exp().log().sin().cos()
  expect(describe(y)).toBe('Tensor f32 [2, 3]: cos(sin(log(…)))')
  expect(describe(y, { depth: 1 })).toBe('Tensor f32 [2, 3]: cos(…)')
  expect(describe(y, { depth: 4 })).toBe('Tensor f32 [2, 3]: cos(sin(log(exp(input f32 [2, 3]))))')
})

test('of many operands it shows four', () => {
  expect(describe(concat([w, w, w, w, w, w]), { names: { w } })).toBe(
    'Tensor f32 [18, 1]: concat(w, w, w, w, …, axis 0)',
  )
})

test('nothing is computed', () => {
  const before = compileStats()
  describe(grad((t: Tensor) => t.exp().sum())(x))
  expect(compileStats()).toEqual(before)
})
