import type { Shape, TensorSpec } from './dtype.ts'
import { OpError } from './errors.ts'
import { kindOf } from './kind-of.ts'

/** The number of elements in a tensor of `shape`; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const n of shape) size *= n
  return size
}

/** Whether two shapes are the same, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** A shape as people write it: `[2, 3]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** A dtype and a shape as people write them: `f32 [2, 3]`. */
export function formatSpec({ dtype, shape }: TensorSpec): string {
  return `${dtype} ${formatShape(shape)}`
}

/** Row-major strides, in elements: `[3, 1]` for shape `[2, 3]`. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis] ?? 1
  }
  return strides
}

/**
 * The shape two operands broadcast to under NumPy's rule: align at the last axis; sizes agree or one is 1.
 *
 * @throws OpError when two sizes differ and neither is 1; `note` ends its message.
 */
export function broadcastShapes(op: string, a: Shape, b: Shape, note: string = ''): Shape {
  if (sameShape(a, b)) return a
  const rank = Math.max(a.length, b.length)
  const out = new Array<number>(rank)
  for (let i = 0; i < rank; i++) {
    const m = a[a.length - rank + i] ?? 1
    const n = b[b.length - rank + i] ?? 1
    if (m !== n && m !== 1 && n !== 1) {
      throw new OpError(
        op,
        `shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: ` +
          `axis ${i - rank} has sizes ${m} and ${n}, which must be equal, or one of them 1${note}`,
      )
    }
    out[i] = m === 1 ? n : m
  }
  return out
}

/**
 * A shape given by a user, checked: every size a whole number of at least 0.
 *
 * @throws OpError naming the first bad size.
 */
export function checkShape(op: string, shape: Shape): Shape {
  for (const n of shape) {
    if (typeof n !== 'number')
      throw new OpError(op, `sizes must be whole numbers of at least 0, got ${kindOf(n)}`)
    if (!Number.isSafeInteger(n) || n < 0) {
      throw new OpError(op, `${formatShape(shape)} is no shape: sizes must be whole numbers of at least 0`)
    }
  }
  if (!Number.isSafeInteger(sizeOf(shape))) {
    throw new OpError(op, `shape ${formatShape(shape)} has more elements than can be counted exactly`)
  }
  return shape
}

/**
 * The axis as an index from the front; negative ones count from the end.
 *
 * @throws OpError when there is no such axis.
 */
export function resolveAxis(op: string, axis: number, rank: number): number {
  const resolved = Number.isInteger(axis) && axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    const range = rank === 0 ? 'a scalar has no axes' : `rank ${rank} has axes ${-rank} to ${rank - 1}`
    if (axis === undefined) throw new OpError(op, `an axis is missing: ${range}`)
    const given = typeof axis === 'number' ? String(axis) : kindOf(axis)
    throw new OpError(op, `there is no axis ${given}: ${range}`)
  }
  return resolved
}

/** One axis, several, or (when absent) all of them. Negative axes count from the end. */
export type Axes = number | readonly number[]

/**
 * Axes as sorted indices from the front; all axes when `axes` is undefined.
 *
 * @throws OpError when an axis does not exist or is named twice.
 */
export function resolveAxes(op: string, axes: Axes | undefined, rank: number): readonly number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i)
  if (typeof axes === 'number') return [resolveAxis(op, axes, rank)]
  const list = axes
  if (!Array.isArray(list)) {
    throw new OpError(op, `axis must be a number or an array of numbers, got ${kindOf(axes)}`)
  }
  const resolved = list.map((axis) => resolveAxis(op, axis, rank)).sort((a, b) => a - b)
  for (let i = 1; i < resolved.length; i++) {
    if (resolved[i] === resolved[i - 1]) {
      throw new OpError(op, `axis ${resolved[i]} is named twice in ${formatShape(list)}`)
    }
  }
  return resolved
}

/** The shape after reducing over `axes` (resolved), dropping them or keeping them with size 1. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  return keepDims
    ? shape.map((n, axis) => (axes.includes(axis) ? 1 : n))
    : shape.filter((_, axis) => !axes.includes(axis))
}
