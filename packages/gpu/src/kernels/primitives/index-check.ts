import type { PrimitiveKernel } from '@samkit/core/compiler'
import type { KernelList } from '../kernel-list.ts'

/** A value of one element that is 0 where all indices of a step were in range, else the first that was not. */
export interface IndexCheck {
  readonly value: number
  /** The step of the plan, and what its error names. */
  readonly step: number
  readonly op: string
  readonly axis: number
  readonly shape: readonly number[]
}

/** How many indices a thread looks at. */
const chunk = 256

/** Adds the kernels that look for an index out of range, which a kernel that reads by it could not tell. */
export function addIndexCheck(
  list: KernelList,
  { primitive, attrs, inputs, output }: PrimitiveKernel,
  step: number,
): IndexCheck[] {
  const { name } = primitive
  const [data, index] = inputs
  if ((name !== 'gather' && name !== 'scatterAdd') || data === undefined || index === undefined) return []
  const { axis } = attrs as { readonly axis: number }
  const shape = name === 'gather' ? data.shape : output.shape
  const size = shape[axis] ?? 1
  let count = index.shape.reduce((product, n) => product * n, 1)
  if (count === 0) return []
  let value = list.valueOf(index.buffer)
  do {
    const [from, total, next] = [value, count, Math.ceil(count / chunk)]
    value = list.compute(next, (source) => {
      const array = source.array(from)
      const found = source.name('k')
      source.line(`let ${found} = 0;`)
      source.loop(Math.min(chunk, total), (i) => {
        const place = source.constant('k', `p * ${chunk} + ${i}`)
        const safe = source.constant('k', `(${place} < ${total} ? ${place} : 0)`)
        const own = source.constant('t', `${array}[${safe}]`)
        source.when(`${found} === 0 && (${own} < 0 || ${own} >= ${size})`, () =>
          source.line(`${found} = ${own};`),
        )
      })
      return found
    })
    count = next
  } while (count > 1)
  return [{ value, step, op: name, axis, shape }]
}
