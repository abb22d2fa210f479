import type { Shape } from '../../graph/dtype.ts'
import type { Step } from '../plan.ts'
import { expanded, flipped, padded, permuted, sliced, type View, windowed } from './view.ts'

/** What a step does to the view of its operand; null where a view cannot express it. */
export type Movement = (view: View) => View | null

interface Attrs {
  readonly order: readonly number[]
  readonly start: readonly number[]
  readonly step: readonly number[]
  readonly axes: readonly number[]
  readonly low: readonly number[]
  readonly interior: readonly number[]
  readonly value: number
  readonly size: readonly number[]
  readonly stride: readonly number[]
  readonly dilation: readonly number[]
}

/** The movement that a step is, from one shape to another; null for steps that no view can express. */
export function movementOf({ primitive, attrs }: Step, from: Shape, to: Shape): Movement | null {
  const a = attrs as Attrs
  switch (primitive.name) {
    case 'reshape':
      return (view) => view
    case 'permute':
      return (view) => permuted(view, from, a.order)
    case 'expand':
      return (view) => expanded(view, from, to)
    case 'slice':
      return (view) => sliced(view, from, a.start, a.step, to)
    case 'flip':
      return (view) => flipped(view, from, a.axes)
    case 'windows':
      return (view) => windowed(view, from, a)
    case 'pad':
      return a.interior.every((n, axis) => n === 0 || (from[axis] ?? 0) <= 1)
        ? (view) => padded(view, from, a.low, to, a.value)
        : null
    default:
      return null
  }
}
