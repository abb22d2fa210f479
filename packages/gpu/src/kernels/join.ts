import type { Access } from '@samkit/core/compiler'
import { quotientOf, type Source } from './text/source.ts'

/** Elements that were computed one after another in row-major order of `sizes`, and where they belong in a buffer. */
export interface Piece {
  readonly value: number
  readonly sizes: readonly number[]
  readonly access: Access
}

/** An element of a buffer that is put together: that of the last piece that has this place, else what lay `below`, else 0. */
export function joinKernel(source: Source, pieces: readonly Piece[], below: number | null): string {
  const result = source.name('t')
  source.line(`let ${result} = ${below === null ? '0' : `${source.array(below)}[p]`};`)
  for (const { value, sizes, access } of pieces) {
    const array = source.array(value)
    const found = whereIn(source, sizes, access)
    source.when(found.inside, () => source.line(`${result} = ${array}[${found.place}];`))
  }
  return result
}

/** Whether and where the element that lies at `p` of the buffer stands in a piece. */
function whereIn(
  source: Source,
  sizes: readonly number[],
  { offset, strides }: Access,
): { readonly inside: string; readonly place: string } {
  let lowest = offset
  let own = 1
  const axes: { size: number; stride: number; own: number; flipped: boolean }[] = []
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const [size = 1, stride = 0] = [sizes[axis], strides[axis]]
    if (size > 1) {
      if (stride < 0) lowest += stride * (size - 1)
      axes.push({ size, stride: Math.abs(stride), own, flipped: stride < 0 })
    }
    own *= size
  }
  axes.sort((a, b) => b.stride - a.stride)
  let rest = source.constant('r', lowest === 0 ? 'p' : `p - ${lowest}`)
  const tests = [`${rest} >= 0`]
  const terms: string[] = []
  for (const axis of axes) {
    const digit = axis.stride === 1 ? rest : source.constant('d', quotientOf(rest, axis.stride))
    tests.push(`${digit} < ${axis.size}`)
    const from = axis.flipped ? `(${axis.size - 1} - ${digit})` : digit
    terms.push(axis.own === 1 ? from : `${from} * ${axis.own}`)
    if (axis.stride !== 1) rest = source.constant('r', `${rest} - ${digit} * ${axis.stride}`)
  }
  if (axes.at(-1)?.stride !== 1) tests.push(`${rest} < 1`)
  return { inside: tests.join(' && '), place: terms.length === 0 ? '0' : terms.join(' + ') }
}
