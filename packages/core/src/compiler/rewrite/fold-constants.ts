import { allocate, type HostArray } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'
import { expand, sum } from '../../ops/broadcast.ts'
import { max, min } from '../../ops/extrema.ts'
import { permute, reshape } from '../../ops/reshape.ts'
import { concat, flip, padding, slice } from '../../ops/slice.ts'
import { windows } from '../../ops/windows.ts'
import { constantOf, constantValue } from './constants.ts'
import { isElementwise, type Rule } from './rule.ts'

/** What is computed from constants alone, element by element, is a constant: the one that the reference kernel gives. */
export const foldElementwise: Rule = {
  name: 'fold elementwise constants',
  on: 'elementwise',
  keeps: 'exact',
  rewrite: ({ primitive, attrs, inputs, spec }, draft) => {
    if (!isElementwise(primitive)) return null
    const operands: HostArray[] = []
    for (const id of inputs) {
      const value = constantOf(draft, id)
      if (value === null) return null
      const { dtype } = draft.spec(id)
      operands.push({ shape: [], dtype, data: allocate(dtype, 1).fill(value) })
    }
    const [value] = primitive.reference(operands, attrs, { shape: [], dtype: spec.dtype })
    return value === undefined ? null : constantValue(draft, value, spec)
  },
}

/** Constants moved elsewhere are constants; padded ones, where the padding is the same number. */
export const foldMovement: Rule = {
  name: 'fold moved constants',
  on: [reshape, permute, expand, slice, padding, flip, windows, concat].map((op) => op.primitive),
  keeps: 'exact',
  rewrite: ({ primitive, attrs, inputs, spec }, draft) => {
    const [first] = inputs
    const value = first === undefined ? null : constantOf(draft, first)
    if (value === null || !inputs.every((id) => Object.is(constantOf(draft, id), value))) return null
    if (primitive === padding.primitive && !Object.is((attrs as { readonly value: number }).value, value))
      return null
    return constantValue(draft, value, spec)
  },
}

/** How many equal `f32` numbers a double adds up without rounding: 24 bits of each and 29 of the count fit into 53. */
const mostEqual = 2 ** 29

/** Constants that are reduced: the largest and smallest always, the sum where no rounding depends on the order. */
export const foldReductions: Rule = {
  name: 'fold reduced constants',
  on: [sum.primitive, max.primitive, min.primitive],
  keeps: 'exact',
  rewrite: ({ primitive, inputs: [input = -1], spec }, draft) => {
    const value = constantOf(draft, input)
    if (value === null) return null
    if (primitive !== sum.primitive) return constantValue(draft, value, spec)
    const count = sizeOf(draft.spec(input).shape) / Math.max(1, sizeOf(spec.shape))
    const exact =
      spec.dtype === 'f32'
        ? count <= mostEqual
        : Number.isInteger(value) && Math.abs(value) * count <= 2 ** 53
    // A sum starts from 0, so that zeros of either sign make 0.
    return exact ? constantValue(draft, value * count + 0, spec) : null
  },
}
