import type { Shape } from '../../graph/dtype.ts'

/**
 * One digit of a place's number: how many values it takes, and how far each step of it moves in memory. Places are numbered
 * row by row, so reshaping changes no number, and one list of digits serves every shape with that many elements.
 */
export interface Factor {
  readonly size: number
  readonly stride: number
  /** How far it moves each of the view's bounds. */
  readonly bounds: readonly number[]
}

/**
 * How a value's elements are found in memory: the digits of an element's number, outermost first, none of size 1, and no two
 * neighbours that could be one.
 */
export interface View {
  readonly offset: number
  readonly factors: readonly Factor[]
  /** Outside of any of these nothing is read and the element is `fill`. */
  readonly bounds: readonly { readonly offset: number; readonly size: number }[]
  readonly fill: number
}

/** All of `count` elements in order. */
export function contiguous(count: number): View {
  return { offset: 0, factors: digit(count, 1, []), bounds: [], fill: 0 }
}

/** Whether the view has `count` elements and shows them in order from the start. */
export function isContiguous(view: View, count: number): boolean {
  if (view.offset !== 0 || view.bounds.length > 0) return false
  const [first] = view.factors
  if (first === undefined) return count === 1
  return view.factors.length === 1 && first.stride === 1 && first.size === count
}

/** A digit as a list: empty for size 1. */
export function digit(size: number, stride: number, bounds: readonly number[]): Factor[] {
  return size === 1 ? [] : [{ size, stride, bounds }]
}

/** The same digits, neighbours made one where memory does not tell them apart. */
export function merged(factors: readonly Factor[]): Factor[] {
  const out: Factor[] = []
  for (const inner of factors) {
    const outer = out.at(-1)
    if (outer !== undefined && continues(outer, inner))
      out[out.length - 1] = { ...inner, size: outer.size * inner.size }
    else out.push(inner)
  }
  return out
}

function continues(outer: Factor, inner: Factor): boolean {
  return (
    outer.stride === inner.stride * inner.size &&
    outer.bounds.every((stride, i) => stride === (inner.bounds[i] ?? 0) * inner.size)
  )
}

function scaled({ stride, bounds }: Factor, size: number, by: number): Factor {
  return { size, stride: stride * by, bounds: bounds.map((s) => s * by) }
}

/** The digits of each axis of `shape`; null where some digit lies across two axes in a way that no split undoes. */
export function aligned(factors: readonly Factor[], shape: Shape): Factor[][] | null {
  const groups: Factor[][] = new Array(shape.length)
  let next = factors.length - 1
  let rest = factors[next]
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const group: Factor[] = []
    let need = shape[axis] ?? 1
    while (need > 1) {
      if (rest === undefined) return null
      if (need % rest.size === 0) {
        group.push(rest)
        need /= rest.size
        rest = factors[--next]
      } else if (rest.size % need === 0) {
        group.push({ ...rest, size: need })
        rest = scaled(rest, rest.size / need, need)
        need = 1
      } else return null
    }
    groups[axis] = group.reverse()
  }
  return groups
}

/** The axes in another order. */
export function permuted(view: View, shape: Shape, order: readonly number[]): View | null {
  const groups = aligned(view.factors, shape)
  return groups && { ...view, factors: merged(order.flatMap((axis) => groups[axis] ?? [])) }
}

/** Axes of size 1, and missing leading ones, repeated. */
export function expanded(view: View, shape: Shape, target: Shape): View | null {
  const groups = aligned(view.factors, shape)
  if (groups === null) return null
  const still = view.bounds.map(() => 0)
  const shift = target.length - shape.length
  const factors = target.flatMap((n, axis) =>
    axis < shift || shape[axis - shift] === 1 ? digit(n, 0, still) : (groups[axis - shift] ?? []),
  )
  return { ...view, factors: merged(factors) }
}

/** `view` with `by` steps of a digit added to where it starts. */
function shifted(view: View, { stride, bounds }: Factor, by: number): View {
  if (by === 0) return view
  return {
    ...view,
    offset: view.offset + stride * by,
    bounds: view.bounds.map(({ offset, size }, i) => ({ offset: offset + (bounds[i] ?? 0) * by, size })),
  }
}

/** The part of each axis that begins at `start` and takes `size` elements, `step` apart. */
export function sliced(
  view: View,
  shape: Shape,
  start: readonly number[],
  step: readonly number[],
  size: Shape,
): View | null {
  const groups = aligned(view.factors, shape)
  if (groups === null) return null
  let moved = view
  const factors: Factor[] = []
  for (const [axis, group] of groups.entries()) {
    const [n = 1, from = 0, by = 1, count = 1] = [shape[axis], start[axis], step[axis], size[axis]]
    const part =
      from === 0 && count === n ? { factors: group, skips: [] } : slicedAxis(group, from, by, count)
    if (part === null) return null
    part.skips.forEach((skip, i) => {
      const factor = group[i]
      if (factor !== undefined) moved = shifted(moved, factor, skip)
    })
    factors.push(...part.factors)
  }
  return { ...moved, factors: merged(factors) }
}

/** One axis of a slice: the digits that are left, and how many steps of each former digit are passed over. */
function slicedAxis(
  group: readonly Factor[],
  start: number,
  step: number,
  count: number,
): { readonly factors: readonly Factor[]; readonly skips: readonly number[] } | null {
  const [outer, ...rest] = group
  if (outer === undefined) return { factors: [], skips: [] }
  const inner = rest.reduce((product, { size }) => product * size, 1)
  const skip = Math.floor(start / inner)
  if (rest.length === 0) return { factors: count === 1 ? [] : [scaled(outer, count, step)], skips: [start] }
  if (Math.floor((start + (count - 1) * step) / inner) === skip) {
    const part = slicedAxis(rest, start % inner, step, count)
    return part && { factors: part.factors, skips: [skip, ...part.skips] }
  }
  if (step === 1 && start % inner === 0 && count % inner === 0) {
    return { factors: [scaled(outer, count / inner, 1), ...rest], skips: [skip] }
  }
  return null
}

/** The elements of some axes in reverse. */
export function flipped(view: View, shape: Shape, axes: readonly number[]): View | null {
  const groups = aligned(view.factors, shape)
  if (groups === null) return null
  let moved = view
  const factors = groups.flatMap((group, axis) => {
    if (!axes.includes(axis)) return group
    return group.map((factor) => {
      moved = shifted(moved, factor, factor.size - 1)
      return scaled(factor, factor.size, -1)
    })
  })
  return { ...moved, factors: merged(factors) }
}

/** The view with `low` elements of `fill` before each axis, so that it has `size`; null for padding of two kinds. */
export function padded(
  view: View,
  shape: Shape,
  low: readonly number[],
  size: Shape,
  fill: number,
): View | null {
  const groups = aligned(view.factors, shape)
  if (groups === null || (view.bounds.length > 0 && !Object.is(view.fill, fill))) return null
  if (groups.some((group, axis) => group.length > 1 && shape[axis] !== size[axis])) return null
  const limits = shape.flatMap((n, axis) =>
    size[axis] === n ? [] : [{ axis, offset: -(low[axis] ?? 0), size: n }],
  )
  const still = view.bounds.map(() => 0)
  let moved = view
  const factors = groups.flatMap((group, axis) => {
    const own = limits.map((limit) => (limit.axis === axis ? 1 : 0))
    if (size[axis] === shape[axis]) return group.map((f) => ({ ...f, bounds: [...f.bounds, ...own] }))
    const [factor = { size: 1, stride: 0, bounds: still }] = group
    moved = shifted(moved, factor, -(low[axis] ?? 0))
    return digit(size[axis] ?? 1, factor.stride, [...factor.bounds, ...own])
  })
  const bounds = [...moved.bounds, ...limits.map((limit) => ({ offset: limit.offset, size: limit.size }))]
  return { offset: moved.offset, factors: merged(factors), bounds, fill }
}

/** Windows over the last axes: their positions, then the elements of each. */
export function windowed(
  view: View,
  shape: Shape,
  { size, stride, dilation }: { readonly size: Shape; readonly stride: Shape; readonly dilation: Shape },
): View | null {
  const groups = aligned(view.factors, shape)
  const fixed = shape.length - size.length
  const moving = groups?.slice(fixed)
  if (groups === null || moving === undefined || moving.some((group) => group.length > 1)) return null
  const positions = moving.flatMap(([factor], i) => {
    const reach = ((size[i] ?? 1) - 1) * (dilation[i] ?? 1) + 1
    const count = Math.floor(((factor?.size ?? 1) - reach) / (stride[i] ?? 1)) + 1
    return factor === undefined || count === 1 ? [] : [scaled(factor, count, stride[i] ?? 1)]
  })
  const elements = moving.flatMap(([factor], i) =>
    factor === undefined || size[i] === 1 ? [] : [scaled(factor, size[i] ?? 1, dilation[i] ?? 1)],
  )
  return { ...view, factors: merged([...groups.slice(0, fixed).flat(), ...positions, ...elements]) }
}
