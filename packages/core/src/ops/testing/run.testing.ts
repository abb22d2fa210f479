import fc from 'fast-check'
import type { HostArray } from '../../graph/dtype.ts'
import type { Primitive } from '../../graph/tensor.ts'

/** A share of the configured number of runs, for properties whose single run is long. */
export function runs(share: number): { numRuns: number } {
  return { numRuns: Math.ceil((fc.readConfigureGlobal().numRuns ?? 100) * share) }
}

/** A case in words, for the message of a failing property. */
export function describeCase(primitive: Primitive, inputs: readonly HostArray[], attrs: object): string {
  const operands = inputs.map(
    ({ dtype, shape, data }) => `${dtype}[${shape.join()}] ${Array.from(data).join(' ')}`,
  )
  return `${primitive.name}(${operands.join('; ')}) ${JSON.stringify(attrs)}`
}
