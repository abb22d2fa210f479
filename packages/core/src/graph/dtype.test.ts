import { describe, expect, test } from 'vitest'
import { allocate, bytesPerElement, dtypeOf, dtypes, isFloat, promote } from './dtype.ts'

test('operands meet at the wider dtype, in either order', () => {
  expect(dtypes).toEqual(['bool', 'i32', 'f32', 'f64'])
  dtypes.forEach((a, i) => {
    dtypes.forEach((b, j) => {
      expect(promote(a, b)).toBe(dtypes[Math.max(i, j)])
    })
  })
})

describe.each(dtypes)('%s', (dtype) => {
  test('is stored in zeros of its own kind and size', () => {
    const data = allocate(dtype, 3)
    expect(Array.from(data)).toEqual([0, 0, 0])
    expect(dtypeOf(data)).toBe(dtype)
    expect(data.BYTES_PER_ELEMENT).toBe(bytesPerElement(dtype))
  })

  test('has gradients only if it is floating', () => {
    expect(isFloat(dtype)).toBe(dtype.startsWith('f'))
  })
})
