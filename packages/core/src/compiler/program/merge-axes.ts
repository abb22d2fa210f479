import type { Access } from './access.ts'
import type { FusedKernel, Instruction } from './kernel.ts'

/** The kernel with axes of its loop made one where every access steps through them as through one. */
export function mergeAxes(kernel: FusedKernel): FusedKernel {
  const { kept, reduced } = kernel
  const sizes = [...kept, ...reduced]
  const lists = strideLists(kernel)
  const starts = [...sizes.keys()].filter((axis) => {
    if (axis === 0 || axis === kept.length) return true
    const size = sizes[axis] ?? 1
    return !lists.every((strides) => strides[axis - 1] === (strides[axis] ?? 0) * size)
  })
  if (starts.length === sizes.length) return kernel
  // An axis keeps the stride of its innermost part.
  const ends = starts.map((_, i) => (starts[i + 1] ?? sizes.length) - 1)
  const sizeOf = (i: number): number => {
    let size = 1
    for (let axis = starts[i] ?? 0; axis <= (ends[i] ?? 0); axis++) size *= sizes[axis] ?? 1
    return size
  }
  const merged = starts.map((_, i) => sizeOf(i))
  const keptAxes = starts.filter((axis) => axis < kept.length).length
  const picked = (strides: readonly number[]): number[] => ends.map((axis) => strides[axis] ?? 0)
  const access = (from: Access): Access => ({
    ...from,
    strides: picked(from.strides),
    ...(from.bounds && { bounds: from.bounds.map((b) => ({ ...b, strides: picked(b.strides) })) }),
  })
  const body = kernel.body.map((line): Instruction => {
    if (line.op === 'load') return { ...line, access: access(line.access) }
    return line.op === 'index' ? { ...line, strides: picked(line.strides) } : line
  })
  const stores = kernel.stores.map((store) => ({ ...store, access: access(store.access) }))
  return { kind: 'fused', kept: merged.slice(0, keptAxes), reduced: merged.slice(keptAxes), body, stores }
}

function strideLists({ body, stores }: FusedKernel): (readonly number[])[] {
  const ofAccess = ({ strides, bounds = [] }: Access): (readonly number[])[] => [
    strides,
    ...bounds.map((bound) => bound.strides),
  ]
  return [
    ...body.flatMap((line) => {
      if (line.op === 'load') return ofAccess(line.access)
      return line.op === 'index' ? [line.strides] : []
    }),
    ...stores.flatMap((store) => ofAccess(store.access)),
  ]
}
