import type { Shape } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Plan, Step, ValueId } from '../plan.ts'

/** A part of a value that is put together from pieces: what lies there, from `start` on in each axis. */
export interface Piece {
  readonly id: ValueId
  readonly start: readonly number[]
}

/** Values that are put together from pieces side by side, and the steps that are not needed for it. */
export interface Assemblies {
  readonly pieces: ReadonlyMap<ValueId, readonly Piece[]>
  /** Values that nobody asks for once their pieces are known. */
  readonly absorbed: ReadonlySet<ValueId>
}

/**
 * Finds what is put together from pieces: `concat`, and sums of values padded with zeros that fill one another's gaps, as the
 * gradients of slices are.
 */
export function findAssemblies(plan: Plan, users: ReadonlyMap<ValueId, Step>): Assemblies {
  const pieces = new Map<ValueId, readonly Piece[]>()
  const absorbed = new Set<ValueId>()
  const makers = new Map(plan.steps.map((step) => [step.output, step]))
  const shapeOf = (id: ValueId): Shape => plan.values[id]?.shape ?? []
  for (const step of plan.steps) {
    const { primitive, output } = step
    if (primitive.name === 'concat') pieces.set(output, concatenated(step, shapeOf))
    // A sum inside of another sum is a part of that one.
    if (primitive.name !== 'add' || users.get(output)?.primitive.name === 'add') continue
    const inner: ValueId[] = []
    const found = summands(step, shapeOf(output), makers, users, inner)
    if (found === null || !tiles(found, shapeOf(output), shapeOf)) continue
    pieces.set(output, found)
    for (const id of inner) absorbed.add(id)
  }
  return { pieces, absorbed }
}

function concatenated({ inputs, attrs, output }: Step, shapeOf: (id: ValueId) => Shape): Piece[] {
  const { axis } = attrs as { readonly axis: number }
  let at = 0
  return inputs.map((id) => {
    const start = shapeOf(output).map((_, a) => (a === axis ? at : 0))
    at += shapeOf(id)[axis] ?? 0
    return { id, start }
  })
}

/** The pieces of a sum of padded values, in any order of adding; null where it is no such sum. */
function summands(
  { inputs, output }: Step,
  shape: Shape,
  makers: ReadonlyMap<ValueId, Step>,
  users: ReadonlyMap<ValueId, Step>,
  inner: ValueId[],
): Piece[] | null {
  const found: Piece[] = []
  for (const id of inputs) {
    const maker = makers.get(id)
    if (maker === undefined || users.get(id)?.output !== output) return null
    inner.push(id)
    if (maker.primitive.name === 'add') {
      const own = summands(maker, shape, makers, users, inner)
      if (own === null) return null
      found.push(...own)
    } else {
      const { low, interior, value } = maker.attrs as {
        readonly low?: readonly number[]
        readonly interior?: readonly number[]
        readonly value?: number
      }
      const [input] = maker.inputs
      if (maker.primitive.name !== 'pad' || low === undefined || input === undefined) return null
      if (value !== 0 || interior?.some((n) => n !== 0) !== false) return null
      found.push({ id: input, start: low })
    }
  }
  return found
}

/** Whether the pieces cover the shape, each element once. */
function tiles(pieces: readonly Piece[], shape: Shape, shapeOf: (id: ValueId) => Shape): boolean {
  const total = pieces.reduce((sum, { id }) => sum + sizeOf(shapeOf(id)), 0)
  if (total !== sizeOf(shape) || pieces.length > 64) return false
  return pieces.every((a, i) =>
    pieces.slice(i + 1).every((b) =>
      a.start.some((from, axis) => {
        const other = b.start[axis] ?? 0
        return from + (shapeOf(a.id)[axis] ?? 0) <= other || other + (shapeOf(b.id)[axis] ?? 0) <= from
      }),
    ),
  )
}
