import { describe, expect, test } from 'vitest'
import { OpError } from '../graph/errors.ts'
import { fromOwned } from '../graph/leaf.ts'
import type { Tensor } from '../graph/tensor.ts'
import { zeros } from '../tensor/fill.ts'
import { argsort } from './argsort.ts'
import { div, mul } from './arithmetic.ts'
import { expand, sum } from './broadcast.ts'
import { cast } from './cast.ts'
import { logicalAnd, logicalNot } from './compare.ts'
import { conv } from './conv.ts'
import { cumsum } from './cumsum.ts'
import { add } from './elementwise.ts'
import { argmax, max } from './extrema.ts'
import { gather, scatterAdd } from './gather.ts'
import { constant, iota } from './leaves.ts'
import { matmul } from './matmul.ts'
import { permute, reshape } from './reshape.ts'
import { where } from './select.ts'
import { concat, flip, padding, slice } from './slice.ts'
import { exp } from './transcendental.ts'
import { fold, windows } from './windows.ts'

// The message is the feature under test: it names the op, the shapes, and what would be right.

/** What a call says that must be refused. `args` may be anything: TypeScript would refuse much of it. */
function said(op: (...args: never[]) => Tensor, ...args: readonly unknown[]): string {
  try {
    Reflect.apply(op, undefined, args)
  } catch (error) {
    if (error instanceof OpError) return error.message
    throw error
  }
  throw new Error('the call was not refused')
}

const f32 = (...shape: number[]): Tensor => zeros(shape)
const i32 = (...shape: number[]): Tensor => zeros(shape, { dtype: 'i32' })
const bool = (...shape: number[]): Tensor => zeros(shape, { dtype: 'bool' })
const plain = {
  stride: [1, 1],
  padding: [
    [0, 0],
    [0, 0],
  ],
  dilation: [1, 1],
  inputDilation: [1, 1],
  groups: 1,
}

describe('elementwise ops say', () => {
  test('which axes do not broadcast', () => {
    expect(said(add, f32(2, 3), f32(3, 2))).toMatchInlineSnapshot(
      `"add: shapes [2, 3] and [3, 2] do not broadcast: axis -2 has sizes 2 and 3, which must be equal, or one of them 1"`,
    )
    expect(said(mul, f32(4, 2), f32(4))).toMatchInlineSnapshot(
      `"mul: shapes [4, 2] and [4] do not broadcast: axis -1 has sizes 2 and 4, which must be equal, or one of them 1"`,
    )
    expect(said(where, bool(2), f32(3), f32(3))).toMatchInlineSnapshot(
      `"where: shapes [2] and [3] do not broadcast: axis -1 has sizes 2 and 3, which must be equal, or one of them 1"`,
    )
  })
  test('what they got instead of a tensor', () => {
    expect(said(add, f32(2))).toMatchInlineSnapshot(`"add: expected a tensor or a number, got undefined"`)
    expect(said(mul, [1, 2], f32(2))).toMatchInlineSnapshot(
      `"mul: expected a tensor or a number, got an array; make it one with tensor(...)"`,
    )
    expect(said(div, f32(2), '2')).toMatchInlineSnapshot(
      `"div: expected a tensor or a number, got the string '2'"`,
    )
    expect(said(exp, null)).toMatchInlineSnapshot(`"exp: expected a tensor or a number, got null"`)
    expect(said(exp, new Float32Array(2))).toMatchInlineSnapshot(
      `"exp: expected a tensor or a number, got a Float32Array; make it one with tensor(...)"`,
    )
  })
  test('which number does not fit the other operand', () => {
    expect(said(add, i32(2), 3e9)).toMatchInlineSnapshot(
      `"add: the number 3000000000 does not fit the other operand's i32; cast that to f64 first"`,
    )
  })
  test('which dtype they need', () => {
    expect(said(logicalAnd, f32(2), bool(2))).toMatchInlineSnapshot(
      `"and: needs bool, got f32; compare first, as in x.ne(0)"`,
    )
    expect(said(logicalNot, 1)).toMatchInlineSnapshot(
      `"not: needs bool, got the number 1; use true or false"`,
    )
    expect(said(where, f32(2), f32(2), f32(2))).toMatchInlineSnapshot(
      `"where: the condition must be bool, got f32; compare first, as in x.gt(0)"`,
    )
    expect(said(cast, f32(2), 'float32')).toMatchInlineSnapshot(
      `"cast: there is no dtype 'float32'; there are bool, i32, f32, f64"`,
    )
  })
})

describe('leaves say', () => {
  test('which value, shape or dtype is wrong', () => {
    expect(said(constant, 0.5, [2], 'i32')).toMatchInlineSnapshot(
      `"full: 0.5 is not a whole number of 32 bits; use dtype 'f32' or 'f64'"`,
    )
    expect(said(constant, 2 ** 31, [2], 'i32')).toMatchInlineSnapshot(
      `"full: 2147483648 is not a whole number of 32 bits; use dtype 'f32' or 'f64'"`,
    )
    expect(said(constant, '1', [2], 'f32')).toMatchInlineSnapshot(
      `"full: the value must be a number, got the string '1'"`,
    )
    expect(said(constant, 1, [2, -3], 'f32')).toMatchInlineSnapshot(
      `"full: [2, -3] is no shape: sizes must be whole numbers of at least 0"`,
    )
    expect(said(constant, 1, 2, 'f32')).toMatchInlineSnapshot(
      `"full: the shape must be an array of numbers, got the number 2"`,
    )
    expect(said(constant, 1, [2 ** 30, 2 ** 30], 'f32')).toMatchInlineSnapshot(
      `"full: shape [1073741824, 1073741824] has more elements than can be counted exactly"`,
    )
    expect(said(constant, 1, [2], 'float64')).toMatchInlineSnapshot(
      `"full: there is no dtype 'float64'; there are bool, i32, f32, f64"`,
    )
    expect(said(iota, 2.5)).toMatchInlineSnapshot(
      `"iota: [2.5] is no shape: sizes must be whole numbers of at least 0"`,
    )
    expect(said(iota, 3, 'bool')).toMatchInlineSnapshot(
      `"iota: dtype 'bool' cannot count; use 'i32', 'f32' or 'f64'"`,
    )
  })
})

describe('movements say', () => {
  test('how many elements there are and would be', () => {
    expect(said(reshape, f32(2, 3), [4])).toMatchInlineSnapshot(
      `"reshape: [2, 3] has 6 elements, [4] would have 4; a size of -1 is worked out from the rest"`,
    )
    expect(said(reshape, f32(2, 3), [4, -1])).toMatchInlineSnapshot(
      `"reshape: no size for -1 makes [4, -1] hold the 6 elements of [2, 3]"`,
    )
    expect(said(reshape, f32(2, 3), [-1, -1])).toMatchInlineSnapshot(
      `"reshape: no size for -1 makes [-1, -1] hold the 6 elements of [2, 3]"`,
    )
    expect(said(reshape, f32(2, 3), 6)).toMatchInlineSnapshot(
      `"reshape: the shape must be an array of numbers, got the number 6"`,
    )
    expect(said(reshape, f32(2, 3), [undefined])).toMatchInlineSnapshot(
      `"reshape: the shape must be an array of numbers, got one with undefined in it"`,
    )
  })
  test('which axes are missing, double or out of range', () => {
    expect(said(permute, f32(2, 3), [0])).toMatchInlineSnapshot(
      `"permute: [0] must name each axis of [2, 3] exactly once"`,
    )
    expect(said(permute, f32(2, 3), [0, 0])).toMatchInlineSnapshot(
      `"permute: [0, 0] must name each axis of [2, 3] exactly once"`,
    )
    expect(said(permute, f32(2, 3), [0, 2])).toMatchInlineSnapshot(
      `"permute: there is no axis 2: rank 2 has axes -2 to 1"`,
    )
    expect(said(flip, f32(2), 1)).toMatchInlineSnapshot(`"flip: there is no axis 1: rank 1 has axes -1 to 0"`)
    expect(said(flip, f32(), 0)).toMatchInlineSnapshot(`"flip: there is no axis 0: a scalar has no axes"`)
    expect(said(flip, f32(2, 3), [0, -2])).toMatchInlineSnapshot(`"flip: axis 0 is named twice in [0, -2]"`)
  })
  test('what does not expand', () => {
    expect(said(expand, f32(2, 3), [2, 4])).toMatchInlineSnapshot(
      `"expand: shapes [2, 3] and [2, 4] do not broadcast: axis -1 has sizes 3 and 4, which must be equal, or one of them 1"`,
    )
    expect(said(expand, f32(2, 3), [3])).toMatchInlineSnapshot(
      `"expand: [2, 3] does not expand to [3]: only axes of size 1 (and new leading ones) repeat"`,
    )
    expect(said(expand, f32(3), [-1, 3])).toMatchInlineSnapshot(
      `"expand: axis 0 of [-1, 3] is new to [3]: -1 has no size to keep"`,
    )
  })
  test('which slice is none', () => {
    expect(said(slice, f32(4), { start: [1], stop: [5], step: [1] })).toMatchInlineSnapshot(
      `"slice: 1:5:1 is no slice of axis 0 of [4]: needs 0 ≤ start ≤ stop ≤ 4 and a step of at least 1"`,
    )
    expect(said(slice, f32(4), { start: [3], stop: [1], step: [1] })).toMatchInlineSnapshot(
      `"slice: 3:1:1 is no slice of axis 0 of [4]: needs 0 ≤ start ≤ stop ≤ 4 and a step of at least 1"`,
    )
    expect(said(slice, f32(4), { start: [0], stop: [4], step: [0] })).toMatchInlineSnapshot(
      `"slice: 0:4:0 is no slice of axis 0 of [4]: needs 0 ≤ start ≤ stop ≤ 4 and a step of at least 1"`,
    )
    expect(said(slice, f32(4), { start: [0, 0], stop: [4], step: [1] })).toMatchInlineSnapshot(
      `"slice: start, stop and step need one number per axis of [4]"`,
    )
    expect(said(slice, f32(4))).toMatchInlineSnapshot(
      `"slice: expected options as in { start: … }, got undefined; there are 'start', 'stop' and 'step'"`,
    )
  })
  test('what cannot be padded', () => {
    expect(said(padding, f32(2), { low: [-1], high: [0], interior: [0], value: 0 })).toMatchInlineSnapshot(
      `"pad: low [-1] must be one whole number of at least 0 per axis of [2]; slice() cuts off"`,
    )
    expect(said(padding, i32(2), { low: [1], high: [0], interior: [0], value: 0.5 })).toMatchInlineSnapshot(
      `"pad: 0.5 is not a whole number of 32 bits; use dtype 'f32' or 'f64'"`,
    )
  })
  test('what cannot be joined', () => {
    expect(said(concat, [f32(2, 3), f32(2, 4)], 0)).toMatchInlineSnapshot(
      `"concat: cannot join f32 [2, 3] and f32 [2, 4] along axis 0: all other sizes must agree"`,
    )
    expect(said(concat, [f32(2, 3), f32(2)], 0)).toMatchInlineSnapshot(
      `"concat: cannot join f32 [2, 3] and f32 [2] along axis 0: all other sizes must agree"`,
    )
    expect(said(concat, [])).toMatchInlineSnapshot(`"concat: needs at least one tensor"`)
    expect(said(concat, f32(2))).toMatchInlineSnapshot(`"concat: expected an array of tensors, got a Tensor"`)
    expect(said(concat, [f32(2), [1, 2]])).toMatchInlineSnapshot(
      `"concat: expected a tensor, got an array; make it one with tensor(...)"`,
    )
  })
  test('which windows do not fit', () => {
    expect(said(windows, f32(4), { size: [3], stride: [1], dilation: [2] })).toMatchInlineSnapshot(
      `"windows: a window that reaches over 5 elements does not fit into axis -1, of size 4; pad the input or take smaller windows"`,
    )
    expect(said(windows, f32(4), { size: [2], stride: [0], dilation: [1] })).toMatchInlineSnapshot(
      `"windows: size [2], stride [0] and dilation [1] must be whole numbers of at least 1"`,
    )
    expect(said(windows, f32(4), { size: [2, 2], stride: [1, 1], dilation: [1, 1] })).toMatchInlineSnapshot(
      `"windows: size [2, 2], stride [1, 1] and dilation [1, 1] need one number each per window axis, for at most 1 axes"`,
    )
    const attrs = { size: [2], stride: [1], dilation: [1] }
    expect(said(fold, f32(3, 2), { ...attrs, lengths: [5] })).toMatchInlineSnapshot(
      `"fold: windows [3, 2] do not fold to lengths [5]: that needs [4, 2]"`,
    )
    expect(said(fold, f32(3, 2), { ...attrs, lengths: [4.5] })).toMatchInlineSnapshot(
      `"fold: [4.5] is no shape: sizes must be whole numbers of at least 0"`,
    )
  })

  test('that fold adds numbers', () => {
    const attrs = { size: [1], stride: [1], dilation: [1] }
    const seen = windows(cast(zeros([3]), 'bool'), attrs)
    expect(() => fold(seen, { ...attrs, lengths: [3] })).toThrowErrorMatchingInlineSnapshot(
      `[OpError: fold: needs numbers, got bool; cast it first]`,
    )
  })
})

describe('reductions say', () => {
  test('which axis there is not', () => {
    expect(said(sum, f32(2, 3), { axis: 2 })).toMatchInlineSnapshot(
      `"sum: there is no axis 2: rank 2 has axes -2 to 1"`,
    )
    expect(said(sum, f32(2, 3), { axis: [0, -2] })).toMatchInlineSnapshot(
      `"sum: axis 0 is named twice in [0, -2]"`,
    )
    expect(said(sum, f32(2, 3), { axis: Number.NaN })).toMatchInlineSnapshot(
      `"sum: there is no axis NaN: rank 2 has axes -2 to 1"`,
    )
    expect(said(sum, f32(2, 3), { axis: '1' })).toMatchInlineSnapshot(
      `"sum: axis must be a number or an array of numbers, got the string '1'"`,
    )
    expect(said(argmax, f32(2, 3), {})).toMatchInlineSnapshot(
      `"argmax: an axis is missing: rank 2 has axes -2 to 1"`,
    )
    expect(said(cumsum, f32(), { axis: 0 })).toMatchInlineSnapshot(
      `"cumsum: there is no axis 0: a scalar has no axes"`,
    )
    expect(said(argsort, f32())).toMatchInlineSnapshot(`"argsort: there is no axis -1: a scalar has no axes"`)
  })
  test('which options there are', () => {
    expect(said(sum, f32(2, 3), 1)).toMatchInlineSnapshot(
      `"sum: expected options as in { axis: … }, got the number 1; there are 'axis' and 'keepDims'"`,
    )
    expect(said(sum, f32(2, 3), { keepdims: true })).toMatchInlineSnapshot(
      `"sum: there is no option 'keepdims'; there are 'axis' and 'keepDims'"`,
    )
    expect(said(max, f32(2, 3), { keepDims: 1 })).toMatchInlineSnapshot(
      `"max: keepDims must be true or false, got the number 1"`,
    )
    expect(said(argmax, f32(2, 3))).toMatchInlineSnapshot(
      `"argmax: expected options as in { axis: … }, got undefined; there are 'axis' and 'keepDims'"`,
    )
  })
  test('that nothing has no largest element', () => {
    expect(said(max, f32(2, 0), { axis: 1 })).toMatchInlineSnapshot(
      `"max: has no value over an axis of size 0 in [2, 0]"`,
    )
    expect(said(argmax, f32(0), { axis: 0 })).toMatchInlineSnapshot(
      `"argmax: has no value over an axis of size 0 in [0]"`,
    )
    expect(said(max, bool(2))).toMatchInlineSnapshot(`"max: needs numbers, got bool; use any() or all()"`)
  })
})

describe('indexing says', () => {
  test('what the index must look like', () => {
    expect(said(gather, f32(2, 3), 0, f32(2, 3))).toMatchInlineSnapshot(
      `"gather: the index must be i32, got f32; cast it first"`,
    )
    expect(said(gather, f32(2, 3), 0, i32(2))).toMatchInlineSnapshot(
      `"gather: an index of shape [2] does not fit [2, 3] along axis 0: it needs the same rank, and on the other axes the same sizes or 1"`,
    )
    expect(said(gather, f32(2, 3), 0, i32(4, 2))).toMatchInlineSnapshot(
      `"gather: an index of shape [4, 2] does not fit [2, 3] along axis 0: it needs the same rank, and on the other axes the same sizes or 1"`,
    )
    expect(said(scatterAdd, f32(2, 3), i32(1, 3), 0, 4)).toMatchInlineSnapshot(
      `"scatterAdd: updates [2, 3] and index [1, 3] must be of one size along axis 0"`,
    )
    expect(said(scatterAdd, f32(2, 3), i32(2, 3), 0, -1)).toMatchInlineSnapshot(
      `"scatterAdd: size must be a whole number of at least 0, got -1"`,
    )
    expect(said(scatterAdd, bool(2), i32(2), 0, 2)).toMatchInlineSnapshot(
      `"scatterAdd: needs numbers, got bool"`,
    )
  })
})

describe('contractions say', () => {
  test('which sizes of a matrix product differ', () => {
    expect(said(matmul, f32(2, 3), f32(4, 5))).toMatchInlineSnapshot(
      `"matmul: inner sizes differ: [2, 3] x [4, 5]; the last axis of the first must be as long as the second-last of the second"`,
    )
    expect(said(matmul, f32(3), f32(4))).toMatchInlineSnapshot(
      `"matmul: inner sizes differ: [3] x [4]; the last axis of the first must be as long as the second-last of the second"`,
    )
    expect(said(matmul, f32(2, 2, 3), f32(5, 3, 4))).toMatchInlineSnapshot(
      `"matmul: shapes [2] and [5] do not broadcast: axis -1 has sizes 2 and 5, which must be equal, or one of them 1 (the batch axes of [2, 2, 3] x [5, 3, 4])"`,
    )
    expect(said(matmul, f32(2, 3), f32())).toMatchInlineSnapshot(
      `"matmul: [2, 3] x []: a scalar has no rows; use mul"`,
    )
  })
  test('what does not fit in a convolution', () => {
    expect(said(conv, f32(1, 3, 8, 8), f32(4, 2, 3, 3), plain)).toMatchInlineSnapshot(
      `"conv: input [1, 3, 8, 8], kernel [4, 2, 3, 3]: the input needs 2 channels (2 for each of 1 groups), it has 3"`,
    )
    expect(said(conv, f32(1, 3, 8, 8), f32(4, 1, 3, 3), { ...plain, groups: 3 })).toMatchInlineSnapshot(
      `"conv: input [1, 3, 8, 8], kernel [4, 1, 3, 3]: the 4 output channels do not divide evenly into 3 groups"`,
    )
    expect(said(conv, f32(1, 3, 2, 8), f32(4, 3, 3, 3), plain)).toMatchInlineSnapshot(
      `"conv: a kernel reaching over 3 elements does not fit spatial axis 0 of [1, 3, 2, 8], which has 2 with padding; kernel [4, 3, 3, 3]. Pad more, or take a smaller kernel"`,
    )
    expect(said(conv, f32(3, 8, 8), f32(4, 3, 3, 3), plain)).toMatchInlineSnapshot(
      `"conv: input [3, 8, 8], kernel [4, 3, 3, 3]: needs [N, C, …] and [O, C/groups, …] with the same number of spatial axes"`,
    )
    expect(said(conv, f32(1, 3, 8, 8), f32(4, 3, 3, 3), { ...plain, stride: [1] })).toMatchInlineSnapshot(
      `"conv: stride needs 2 entries, got 1"`,
    )
    expect(said(conv, f32(1, 3, 8, 8), f32(4, 3, 3, 3), { ...plain, stride: [1, 0] })).toMatchInlineSnapshot(
      `"conv: stride, dilation, inputDilation and groups must be whole numbers of at least 1"`,
    )
    expect(said(conv, f32(1, 3, 8, 8), f32(4, 3, 3, 3), { ...plain, padding: [1, 1] })).toMatchInlineSnapshot(
      `"conv: padding must be an array with one pair [before, after] per spatial axis"`,
    )
    expect(said(conv, i32(1, 3, 8, 8), i32(4, 3, 3, 3), plain)).toMatchInlineSnapshot(
      `"conv: needs f32 or f64, got i32; cast it first"`,
    )
  })
})

test('a leaf over owned data says what does not fit', () => {
  const leafOf = (data: unknown, shape: unknown, dtype?: unknown): string =>
    said((...args: readonly unknown[]) => Reflect.apply(fromOwned, undefined, args), data, shape, dtype)
  expect(leafOf(new Float32Array(3), [2, 2])).toMatchInlineSnapshot(
    `"tensor: 3 values do not fill shape [2, 2], which holds 4"`,
  )
  expect(leafOf(new Float32Array(4), [2, 2], 'f64')).toMatchInlineSnapshot(
    `"tensor: Float32Array does not store f64"`,
  )
  expect(leafOf(new Float32Array(4), [-2, -2])).toMatchInlineSnapshot(
    `"tensor: [-2, -2] is no shape: sizes must be whole numbers of at least 0"`,
  )
  expect(leafOf(new Uint16Array(4), [4])).toMatchInlineSnapshot(
    `"tensor: the data must be one of Float32Array, Float64Array, Int32Array, Uint8Array, got a Uint16Array"`,
  )
  expect(leafOf([1, 2], [2])).toMatchInlineSnapshot(
    `"tensor: the data must be one of Float32Array, Float64Array, Int32Array, Uint8Array, got an array"`,
  )
})
