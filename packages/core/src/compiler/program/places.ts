import type { Access } from './access.ts'

/** The digits of a number, for axes of these sizes. */
export function digitsOf(n: number, sizes: readonly number[]): number[] {
  const digits = new Array<number>(sizes.length)
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const size = sizes[axis] ?? 1
    digits[axis] = n % size
    n = Math.floor(n / size)
  }
  return digits
}

/** How far strides move at a place. */
export function along(strides: readonly number[], digits: readonly number[]): number {
  let at = 0
  for (let axis = 0; axis < strides.length; axis++) at += (strides[axis] ?? 0) * (digits[axis] ?? 0)
  return at
}

/** Where an access is at a place; -1 in the padding. */
export function placeOf({ offset, strides, bounds = [] }: Access, digits: readonly number[]): number {
  for (const bound of bounds) {
    const at = bound.offset + along(bound.strides, digits)
    if (at < 0 || at >= bound.size) return -1
  }
  return offset + along(strides, digits)
}
