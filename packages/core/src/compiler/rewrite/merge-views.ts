import { sameShape } from '../../graph/shape.ts'
import { expand } from '../../ops/broadcast.ts'
import { permute, reshape } from '../../ops/reshape.ts'
import { concat, flip, type PadAttrs, padding, type SliceAttrs, slice } from '../../ops/slice.ts'
import type { ValueId } from '../plan.ts'
import type { Application, Draft, Rule } from './rule.ts'
import { expanded, permuted, reshaped } from './views.ts'

const ascending = (order: readonly number[]): boolean =>
  order.every((axis, i) => i === 0 || axis > (order[i - 1] ?? 0))

type Merge = (application: Application, input: ValueId, draft: Draft) => ValueId | null

/** What computes the input, where it is the same primitive. */
function before({ primitive }: Application, input: ValueId, draft: Draft): Application | null {
  const made = draft.producer(input)
  return made?.primitive === primitive ? made : null
}

const source = ({ inputs: [first = -1] }: Application): ValueId => first

const mergeReshape: Merge = (application, input, draft) => {
  const { shape } = application.spec
  if (sameShape(draft.spec(input).shape, shape)) return input
  const first = before(application, input, draft)
  return first && reshaped(draft, source(first), shape)
}

const mergePermute: Merge = (application, input, draft) => {
  const { order } = application.attrs as { readonly order: readonly number[] }
  const { shape } = draft.spec(input)
  // Axes of size 1 may stand anywhere.
  if (ascending(order.filter((axis) => shape[axis] !== 1)))
    return reshaped(draft, input, application.spec.shape)
  const first = before(application, input, draft)
  if (first === null) return null
  const inner = (first.attrs as { readonly order: readonly number[] }).order
  return permuted(
    draft,
    source(first),
    order.map((axis) => inner[axis] ?? 0),
  )
}

const mergeExpand: Merge = (application, input, draft) => {
  const { shape } = application.spec
  const from = draft.spec(input).shape
  if (sameShape(from, shape)) return input
  const added = shape.length - from.length
  if (shape.every((n, axis) => (axis < added ? n === 1 : n === from[axis - added]))) {
    return reshaped(draft, input, shape)
  }
  const first = before(application, input, draft)
  return first && expanded(draft, source(first), shape)
}

const mergeSlice: Merge = (application, input, draft) => {
  const { spec, attrs } = application
  const outer = attrs as SliceAttrs
  const from = draft.spec(input).shape
  // As many elements as there are, in steps of at least 1: all of them.
  if (sameShape(from, spec.shape)) return input
  const first = before(application, input, draft)
  if (first === null) return null
  const inner = first.attrs as SliceAttrs
  const start = outer.start.map((at, axis) => (inner.start[axis] ?? 0) + at * (inner.step[axis] ?? 1))
  const step = outer.step.map((by, axis) => by * (inner.step[axis] ?? 1))
  const stop = start.map((at, axis) => {
    const count = spec.shape[axis] ?? 0
    return count === 0 ? at : at + (count - 1) * (step[axis] ?? 1) + 1
  })
  const ends = draft.spec(source(first)).shape
  // An empty piece may begin anywhere.
  if (stop.some((end, axis) => end > (ends[axis] ?? 0))) return null
  return draft.add({
    primitive: slice.primitive,
    attrs: { start, stop, step },
    inputs: [source(first)],
    spec,
  })
}

const mergeFlip: Merge = (application, input, draft) => {
  const { axes } = application.attrs as { readonly axes: readonly number[] }
  const { shape } = application.spec
  const turned = axes.filter((axis) => (shape[axis] ?? 0) > 1)
  if (turned.length === 0) return input
  const first = before(application, input, draft)
  if (first === null && turned.length === axes.length) return null
  const inner = (first?.attrs as { readonly axes: readonly number[] } | undefined)?.axes ?? []
  const both = [
    ...turned.filter((axis) => !inner.includes(axis)),
    ...inner.filter((axis) => !turned.includes(axis)),
  ]
  const from = first === null ? input : source(first)
  if (both.length === 0) return from
  both.sort((a, b) => a - b)
  return draft.add({ ...application, attrs: { axes: both }, inputs: [from] })
}

const dropPad: Merge = ({ attrs, spec }, input, draft) => {
  const { low } = attrs as PadAttrs
  return low.every((n) => n === 0) && sameShape(draft.spec(input).shape, spec.shape) ? input : null
}

const dropConcat: Merge = ({ primitive, attrs, inputs, spec }, first, draft) => {
  if (inputs.length === 1) return first
  const { axis } = attrs as { readonly axis: number }
  const full = inputs.filter((id) => draft.spec(id).shape[axis] !== 0)
  if (full.length === 0 || full.length === inputs.length) return null
  return draft.add({ primitive, attrs, inputs: full, spec })
}

function rule(name: string, on: Application['primitive'], merge: Merge): Rule {
  const rewrite: Rule['rewrite'] = (application, draft) => {
    const [input] = application.inputs
    return input === undefined ? null : merge(application, input, draft)
  }
  return { name, on: [on], keeps: 'exact', rewrite }
}

/** Views that show a value as it is go; two of a kind in a row become one. */
export const mergeViews: readonly Rule[] = [
  rule('merge reshapes', reshape.primitive, mergeReshape),
  rule('merge permutes', permute.primitive, mergePermute),
  rule('merge expands', expand.primitive, mergeExpand),
  rule('merge slices', slice.primitive, mergeSlice),
  rule('merge flips', flip.primitive, mergeFlip),
  rule('drop empty padding', padding.primitive, dropPad),
  rule('drop empty pieces', concat.primitive, dropConcat),
]
