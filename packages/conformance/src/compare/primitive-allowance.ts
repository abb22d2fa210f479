import type { HostArray, Primitive, TensorSpec, TypedArray } from '@samkit/core'
import type { Bound } from '../bounds.ts'
import { type Allowance, unitsOfResult } from './compare.ts'
import { isFloat, nearlyInfinite, unitAt } from './units.ts'

/** One use of a primitive, with its result on the reference kernel. */
export interface Use {
  readonly primitive: Primitive
  readonly attrs: object
  readonly inputs: readonly HostArray[]
  readonly output: HostArray
}

/** How far a backend's result of one primitive may be from the reference's, by its bound. */
export function allowanceOf(use: Use, bound: Bound): Allowance {
  const { dtype } = use.output
  const { of = 'result', signedZero = true } = bound
  const units = isFloat(dtype) ? (bound[dtype] ?? 0) : 0
  if (!isFloat(dtype) || of === 'result') return unitsOfResult(use.output, units, signedZero)
  const perTerm = bound.perTerm?.[dtype] ?? 0
  const sizes = of === 'terms' ? termSizes(use) : inputSizes(use)
  const terms = perTerm === 0 ? undefined : termCounts(use)
  return {
    unit: (i) => unitAt(sizes(i), dtype),
    units: (i) =>
      of === 'terms' && sizes(i) >= nearlyInfinite[dtype]
        ? Number.POSITIVE_INFINITY
        : units + perTerm * (terms?.[i] ?? 0),
    signedZero,
  }
}

const wide = ({ shape, dtype }: TensorSpec): TensorSpec => ({ shape, dtype: isFloat(dtype) ? 'f64' : dtype })

function withFloats({ primitive, attrs, inputs, output }: Use, change: (x: number) => number): TypedArray {
  const changed = inputs.map((input): HostArray => {
    return isFloat(input.dtype) ? { ...input, data: input.data.map(change) } : input
  })
  return primitive.reference(changed, attrs, wide(output))
}

/** What the terms of each element come to without their signs, and without what is no finite number. */
function termSizes(use: Use): (i: number) => number {
  const sizes = withFloats(use, (x) => (Number.isFinite(x) ? Math.abs(x) : 0))
  return (i) => sizes[i] ?? 0
}

/** How many terms each element has. */
function termCounts(use: Use): TypedArray {
  return withFloats(use, () => 1)
}

function inputSizes({ inputs }: Use): (i: number) => number {
  let largest = 0
  for (const { dtype, data } of inputs) {
    if (!isFloat(dtype)) continue
    for (const x of data) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x))
  }
  return () => largest
}
