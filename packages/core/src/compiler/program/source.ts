import type { DType } from '../../graph/dtype.ts'
import { contiguous, isContiguous, type View } from './view.ts'

/** What an operand is, seen from who reads it. */
export type Source =
  /** A value in memory, read through a view; not before the values `after` are computed. */
  | { readonly kind: 'value'; readonly value: number; readonly view: View; readonly after: readonly number[] }
  | { readonly kind: 'constant'; readonly dtype: DType; readonly value: number }
  /** The numbers that the view walks over, as if memory held 0, 1, 2, …: `iota` and its views. */
  | { readonly kind: 'index'; readonly dtype: DType; readonly view: View }
  /** An elementwise primitive of operands that all have the same number of elements. */
  | { readonly kind: 'apply'; readonly dtype: DType; readonly name: string; readonly args: readonly Source[] }

/** A source that is a value in memory. */
export type ValueSource = Extract<Source, { kind: 'value' }>

/** The whole value as it lies in memory. */
export function wholeValue(value: number, count: number): ValueSource {
  return { kind: 'value', value, view: contiguous(count), after: [] }
}

/** The source seen through a movement of its elements; null where a view cannot express it. */
export function moved(source: Source, move: (view: View) => View | null): Source | null {
  switch (source.kind) {
    case 'constant':
      return source
    case 'value':
    case 'index': {
      const view = move(source.view)
      // What is not read from memory has no padding.
      if (view === null || (source.kind === 'index' && view.bounds.length > 0)) return null
      return { ...source, view }
    }
    case 'apply': {
      const args: Source[] = []
      for (const arg of source.args) {
        const next = moved(arg, move)
        if (next === null || (next.kind === 'value' && next.view.bounds.length > 0)) return null
        args.push(next)
      }
      return { ...source, args }
    }
  }
}

/** The source, read only after these values are computed. */
export function delayed(source: Source, after: readonly number[]): Source {
  if (source.kind === 'value') return { ...source, after: [...source.after, ...after] }
  return source.kind === 'apply' ? { ...source, args: source.args.map((arg) => delayed(arg, after)) } : source
}

/** Every view that a source reads through. */
export function viewsOf(source: Source, into: View[] = []): View[] {
  if (source.kind === 'apply') for (const arg of source.args) viewsOf(arg, into)
  else if (source.kind !== 'constant') into.push(source.view)
  return into
}

/** Every value in memory that a source reads. */
export function valuesOf(source: Source, into: ValueSource[] = []): ValueSource[] {
  if (source.kind === 'apply') for (const arg of source.args) valuesOf(arg, into)
  else if (source.kind === 'value') into.push(source)
  return into
}

/** How many elementwise primitives a source applies. */
export function weightOf(source: Source): number {
  return source.kind === 'apply' ? source.args.reduce((sum, arg) => sum + weightOf(arg), 1) : 0
}

/** The dtype of what a source gives, among values of these dtypes. */
export function dtypeOf(source: Source, values: readonly { readonly dtype: DType }[]): DType {
  return source.kind === 'value' ? (values[source.value]?.dtype ?? 'f32') : source.dtype
}

/** Whether a source is read without any change of place. */
export function readsInPlace(source: Source, value: number, count: number): boolean {
  return valuesOf(source).every((leaf) => leaf.value !== value || isContiguous(leaf.view, count))
}

/** Whether a source costs nothing to read more than once. */
export function isFree(source: Source): boolean {
  return source.kind !== 'apply' || valuesOf(source).length === 0
}
