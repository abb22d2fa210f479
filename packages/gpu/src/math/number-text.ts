import type { Source } from '../kernels/text/source.ts'

/** A number as it stands in a kernel. */
export function numberText(source: Pick<Source, 'special'>, value: number): string {
  if (Number.isNaN(value)) return source.special('nan')
  if (value === Number.POSITIVE_INFINITY) return source.special('infinity')
  if (value === Number.NEGATIVE_INFINITY) return `(-${source.special('infinity')})`
  if (Object.is(value, -0)) return `(-1 / ${source.special('infinity')})`
  return value < 0 ? `(${value})` : String(value)
}
