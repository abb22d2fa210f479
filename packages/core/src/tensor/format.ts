import type { DType, Shape, TypedArray } from '../graph/dtype.ts'
import { formatShape, stridesOf } from '../graph/shape.ts'

/** How many entries of a long axis are shown at each end. */
const edge = 3

/** A value as text: dtype and shape on the first line, then the elements, rows aligned, long axes shortened. */
export function formatValues(values: TypedArray, shape: Shape, dtype: DType): string {
  const strides = stridesOf(shape)
  const text = (value: number): string => {
    if (dtype === 'bool') return value === 0 ? 'false' : 'true'
    return Object.is(value, -0) ? '-0' : String(dtype === 'i32' ? value : Number(value.toPrecision(6)))
  }
  const shown: string[] = []
  const visit = (axis: number, at: number, leafOf: (text: string) => string): string => {
    if (axis === shape.length) return leafOf(text(values[at] ?? 0))
    const n = shape[axis] ?? 0
    const last = axis === shape.length - 1
    const indices = Array.from({ length: n }, (_, i) => i)
    const picked = n > 2 * edge + 1 ? [...indices.slice(0, edge), -1, ...indices.slice(-edge)] : indices
    const parts = picked.map((i) => (i < 0 ? '…' : visit(axis + 1, at + i * (strides[axis] ?? 1), leafOf)))
    return `[${parts.join(last ? ', ' : `,\n${' '.repeat(axis + 1)}`)}]`
  }
  visit(0, 0, (s) => {
    shown.push(s)
    return s
  })
  const width = Math.max(0, ...shown.map((s) => s.length))
  return `${dtype} ${formatShape(shape)}\n${visit(0, 0, (s) => s.padStart(width))}`
}
