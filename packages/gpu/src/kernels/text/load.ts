import type { Access } from '@samkit/core/compiler'
import { numberText } from '../../math/number-text.ts'
import type { Reading } from '../device-kernel.ts'
import { type AxisIndex, placeText } from './digits.ts'
import type { Source } from './source.ts'

/** Reads one element through an access: in its padding, where nothing lies in memory, the fill. */
export function loadText(
  source: Source,
  access: Access,
  axes: readonly AxisIndex[],
  reading: Reading = 'numbers',
): string {
  const array = source.array(access.buffer, reading)
  const place = placeText(source, access.offset, access.strides, axes)
  const bounds = access.bounds ?? []
  if (bounds.length === 0) return `${array}[${place}]`
  const inside = bounds
    .map(({ offset, strides, size }) => {
      const at = source.constant('b', placeText(source, offset, strides, axes))
      return `${at} >= 0 && ${at} < ${size}`
    })
    .join(' && ')
  // The place is one inside the array even where nothing is read of it: some modes read before they choose.
  const safe = source.constant('k', `(${inside} ? ${place} : 0)`)
  return `(${inside} ? ${array}[${safe}] : ${numberText(source, access.fill ?? 0)})`
}

/** Whether an access reads vectors along an axis: its elements lie side by side there, each four of them in one. */
export function readsVectors({ offset, strides, bounds = [] }: Access, axis: number, count: number): boolean {
  const others = strides.every((stride, i) => i === axis || stride % 4 === 0)
  return bounds.length === 0 && offset % 4 === 0 && count % 4 === 0 && strides[axis] === 1 && others
}

/** Reads the vector of four neighbours along an axis, whose index there counts vectors. */
export function vectorText(
  source: Source,
  { buffer, offset, strides }: Access,
  axes: readonly AxisIndex[],
  axis: number,
): string {
  const quarters = strides.map((stride, i) => (i === axis ? stride : stride / 4))
  return `${source.array(buffer, 'vectors')}[${placeText(source, offset / 4, quarters, axes)}]`
}
