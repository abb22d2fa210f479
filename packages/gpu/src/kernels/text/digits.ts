import type { Access } from '@samkit/core/compiler'
import type { Source } from './source.ts'

/** A digit of a thread's number, `⌊p / place⌋ mod size`, as an index: `start + step · digit`. */
export interface Digit {
  readonly kind: 'digit'
  readonly place: number
  readonly size: number
  readonly start: number
  readonly step: number
  /** Whether it is the first digit, so that `⌊p / place⌋` is below `size` anyway. */
  readonly isFirst: boolean
}

/** What one axis of a loop is, as seen by a thread; `none` for an axis of size 1. `text` is a loop variable, or the like. */
export type AxisIndex = Digit | { readonly kind: 'text'; readonly text: string } | { readonly kind: 'none' }

/** The axes of a loop over `sizes` where the thread's number counts them row by row. */
export function rowMajor(sizes: readonly number[]): AxisIndex[] {
  let place = 1
  const count = sizes.reduce((product, n) => product * n, 1)
  const axes = new Array<AxisIndex>(sizes.length)
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const size = sizes[axis] ?? 1
    const isFirst = place * size === count
    axes[axis] = size === 1 ? { kind: 'none' } : { kind: 'digit', place, size, start: 0, step: 1, isFirst }
    place *= size
  }
  return axes
}

/** Row-major strides for these sizes. */
export function rowMajorStrides(sizes: readonly number[]): number[] {
  const strides = new Array<number>(sizes.length)
  let stride = 1
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= sizes[axis] ?? 1
  }
  return strides
}

/**
 * The axes of a loop that writes all of a buffer, each element once, read off from the number of an element; null where it
 * writes only a part, or leaves gaps.
 */
export function inverseOf(sizes: readonly number[], access: Access, count: number): AxisIndex[] | null {
  const axes: AxisIndex[] = sizes.map(() => ({ kind: 'none' }))
  let lowest = access.offset
  let place = 1
  const moving = [...sizes.keys()]
    .filter((axis) => (sizes[axis] ?? 1) > 1)
    .sort((a, b) => Math.abs(access.strides[a] ?? 0) - Math.abs(access.strides[b] ?? 0))
  for (const axis of moving) {
    const [size = 1, stride = 0] = [sizes[axis], access.strides[axis]]
    if (Math.abs(stride) !== place) return null
    if (stride < 0) lowest += stride * (size - 1)
    const [start, step] = stride < 0 ? [size - 1, -1] : [0, 1]
    axes[axis] = { kind: 'digit', place, size, start, step, isFirst: place * size === count }
    place *= size
  }
  return place === count && lowest === 0 ? axes : null
}

/** The index along one axis as text. */
export function indexText(source: Source, axis: AxisIndex | undefined): string {
  if (axis === undefined || axis.kind === 'none') return '0'
  if (axis.kind === 'text') return axis.text
  const digit = source.constant('d', digitText(source, axis))
  if (axis.step === 1 && axis.start === 0) return digit
  return source.constant('d', `${axis.start} + ${scaled(digit, axis.step)}`.replace('+ -', '- '))
}

function digitText(source: Source, { place, size, isFirst }: Run): string {
  const quotient = source.quotient(place)
  return isFirst ? quotient : `(${quotient} - ${source.quotient(place * size)} * ${size})`
}

type Run = Pick<Digit, 'place' | 'size' | 'isFirst'>

/** A run of digits and what one of it is in elements. */
interface Strided extends Run {
  readonly stride: number
}

/** `offset + Σ stride · index` as text. Neighbouring digits that one stride serves are taken in one piece. */
export function placeText(
  source: Source,
  offset: number,
  strides: readonly number[],
  axes: readonly AxisIndex[],
): string {
  let start = offset
  const terms: string[] = []
  const digits: Strided[] = []
  for (const [i, axis] of axes.entries()) {
    const stride = strides[i] ?? 0
    if (stride === 0 || axis.kind === 'none') continue
    const known = axis.kind === 'text' ? literal(axis.text) : null
    if (known !== null) start += stride * known
    else if (axis.kind === 'text') terms.push(scaled(axis.text, stride))
    else {
      start += stride * axis.start
      digits.push({ ...axis, stride: stride * axis.step })
    }
  }
  for (const run of runsOf(digits)) terms.push(scaled(digitText(source, run), run.stride))
  if (start !== 0 || terms.length === 0) terms.push(String(start))
  return terms.join(' + ').replaceAll('+ -', '- ')
}

function runsOf(digits: Strided[]): Strided[] {
  const runs: Strided[] = []
  for (const digit of digits.sort((a, b) => a.place - b.place)) {
    const inner = runs.at(-1)
    const joins =
      inner !== undefined &&
      digit.place === inner.place * inner.size &&
      digit.stride === inner.stride * inner.size
    if (joins) runs[runs.length - 1] = { ...inner, size: inner.size * digit.size, isFirst: digit.isFirst }
    else runs.push(digit)
  }
  return runs.reverse()
}

/** `index · factor + offset` as text. */
export function linearText(index: string, factor: number, offset: number): string {
  const known = literal(index)
  return known === null ? `(${index} * ${factor} + ${offset})` : String(known * factor + offset)
}

/** The number that a text is, if it is one: gpu.js does not translate a place that is a sum of literals. */
function literal(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null
}

function scaled(text: string, stride: number): string {
  if (stride === 1) return text
  return stride === -1 ? `-${text}` : `${text} * ${stride}`
}
