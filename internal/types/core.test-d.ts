import { allocate, type DType, dtypes, type HostArray, type TypedArray } from '@samkit/core'
import { expectTypeOf, test } from 'vitest'

test('a dtype is one of four names', () => {
  expectTypeOf(dtypes).toEqualTypeOf<readonly DType[]>()
  expectTypeOf<DType>().toEqualTypeOf<'f32' | 'f64' | 'i32' | 'bool'>()
})

test('storage is a typed array, and what holds it cannot be reassigned', () => {
  expectTypeOf(allocate).returns.toEqualTypeOf<TypedArray>()
  expectTypeOf<HostArray['shape']>().toEqualTypeOf<readonly number[]>()
})
