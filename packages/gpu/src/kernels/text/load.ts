import type { Access } from '@samkit/core/compiler'
import { numberText } from '../../math/number-text.ts'
import { type AxisIndex, placeText } from './digits.ts'
import type { Source } from './source.ts'

/** Reads one element through an access: in its padding, where nothing lies in memory, the fill. */
export function loadText(source: Source, access: Access, axes: readonly AxisIndex[]): string {
  const array = source.array(access.buffer)
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
