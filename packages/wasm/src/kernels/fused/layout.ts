import type { Access, FusedKernel, Instruction } from '@samkit/core/compiler'

/**
 * How a fused kernel runs. The vector axis is the innermost kept one (`kept`: each lane is a row of its own), or one of the
 * reduced ones (`reduced`: the lanes are of one row). Axes are numbered as in strides: kept ones, then reduced ones.
 */
export interface Layout {
  readonly along: 'kept' | 'reduced'
  readonly sizes: readonly number[]
  readonly vector: number
  /** Kept axes around the vector, counted through by one loop. */
  readonly outer: readonly number[]
  /** Reduced axes, outermost first: loops of their own. The last one is the vector axis when that is reduced. */
  readonly nest: readonly number[]
}

/** Instructions that take much longer than an addition, in additions. */
const heavy: Readonly<Record<string, number>> = {
  div: 4,
  sqrt: 4,
  exp: 12,
  log: 14,
  log1p: 18,
  expm1: 18,
  tanh: 18,
  erf: 20,
  sin: 20,
  cos: 20,
  pow: 60,
  remainder: 60,
}

/** Roughly how long an instruction takes, in vector additions, with this axis as the vector axis. */
export function weightOf(line: Instruction, vector: number): number {
  if (line.op === 'apply') return heavy[line.name] ?? 1
  if (line.op === 'load') return accessWeight(line.access, vector)
  return line.op === 'constant' ? 0 : 1
}

function accessWeight({ strides, bounds = [] }: Access, vector: number): number {
  const stride = Math.abs(strides[vector] ?? 0)
  const checks = bounds.length * 2
  return (stride <= 1 ? 1 : stride <= 3 ? 3 : 6) + checks
}

/** Roughly how long one place of the loop takes with this axis as the vector axis, in vector additions. */
export function placeWeight({ body, stores }: FusedKernel, vector: number): number {
  let weight = 0
  for (const line of body)
    if (line.level === 'element' || line.op === 'reduce') weight += weightOf(line, vector)
  for (const { access } of stores) weight += accessWeight(access, vector)
  return weight
}

/** The kernel with an axis of size 1 where it would lack a loop that code is made for. */
export function padded(kernel: FusedKernel): FusedKernel {
  const reduces = kernel.body.some(({ op }) => op === 'reduce')
  if (reduces && kernel.reduced.length === 0) {
    return withAxis({ ...kernel, reduced: [1] }, kernel.kept.length)
  }
  return kernel.kept.length === 0 && kernel.reduced.length === 0
    ? withAxis({ ...kernel, kept: [1] }, 0)
    : kernel
}

function withAxis(kernel: FusedKernel, at: number): FusedKernel {
  const strides = (list: readonly number[]): number[] => [...list.slice(0, at), 0, ...list.slice(at)]
  const access = (from: Access): Access => ({
    ...from,
    strides: strides(from.strides),
    ...(from.bounds && { bounds: from.bounds.map((b) => ({ ...b, strides: strides(b.strides) })) }),
  })
  return {
    ...kernel,
    body: kernel.body.map((line): Instruction => {
      if (line.op === 'load') return { ...line, access: access(line.access) }
      return line.op === 'index' ? { ...line, strides: strides(line.strides) } : line
    }),
    stores: kernel.stores.map((store) => ({ ...store, access: access(store.access) })),
  }
}

/** The layout under which a vector of `width` lanes does the most. */
export function layoutOf(kernel: FusedKernel, width: number): Layout {
  const { kept, reduced } = kernel
  const sizes = [...kept, ...reduced]
  const keptAxes = kept.map((_, axis) => axis)
  const reducedAxes = reduced.map((_, i) => kept.length + i)
  const loss = (axis: number): number => {
    const size = sizes[axis] ?? 1
    const lost = (Math.ceil(size / width) * width) / Math.max(size, 1)
    // Rows that are vectors end in sums across lanes.
    const across = axis >= kept.length ? 1 + (4 * width) / (size + width) : 1
    return placeWeight(kernel, axis) * lost * across
  }
  const candidates = [...[...reducedAxes].reverse(), ...keptAxes.slice(-1)]
  let vector = candidates[0] ?? 0
  for (const axis of candidates) if (loss(axis) < loss(vector)) vector = axis
  if (vector < kept.length) {
    return { along: 'kept', sizes, vector, outer: keptAxes.slice(0, -1), nest: reducedAxes }
  }
  const others = reducedAxes.filter((axis) => axis !== vector)
  return { along: 'reduced', sizes, vector, outer: keptAxes, nest: [...others, vector] }
}
