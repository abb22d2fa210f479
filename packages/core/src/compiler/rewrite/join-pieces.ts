import type { Shape } from '../../graph/dtype.ts'
import { sameShape } from '../../graph/shape.ts'
import { add } from '../../ops/elementwise.ts'
import { concat, type PadAttrs, padding } from '../../ops/slice.ts'
import type { ValueId } from '../plan.ts'
import type { Application, Draft, Rule } from './rule.ts'

/** A value that is zero but for a piece of it along one axis. */
interface Piece {
  readonly axis: number
  readonly start: number
  readonly length: number
  readonly id: ValueId
}

/** A sum of pieces along one axis, and at most one other value. */
interface Pile {
  readonly axis: number
  readonly covered: number
  readonly other: ValueId | null
  readonly parts: readonly [Pile, Pile] | Piece | null
}

/** What is known of values as sums of pieces, so that a long sum is looked through once. */
const known = new WeakMap<Draft, Map<ValueId, Pile | null>>()

/** The piece that padding lays into zeros along one axis. */
function pieceOf(draft: Draft, id: ValueId, shape: Shape): Piece | null {
  const made = draft.producer(id)
  const [input] = made?.inputs ?? []
  if (made?.primitive !== padding.primitive || input === undefined) return null
  const { interior, low, value } = made.attrs as PadAttrs
  const from = draft.spec(input).shape
  const axes = shape.flatMap((n, axis) => (n === from[axis] ? [] : [axis]))
  const [axis] = axes
  if (value !== 0 || axis === undefined || axes.length > 1 || (interior[axis] ?? 0) > 0) return null
  return { axis, start: low[axis] ?? 0, length: from[axis] ?? 0, id: input }
}

function pileOf(draft: Draft, id: ValueId, shape: Shape): Pile | null {
  const memo = known.get(draft) ?? new Map<ValueId, Pile | null>()
  known.set(draft, memo)
  const made = memo.get(id)
  if (made !== undefined) return made
  const pile = sameShape(draft.spec(id).shape, shape) ? freshPile(draft, id, shape) : null
  memo.set(id, pile)
  return pile
}

function freshPile(draft: Draft, id: ValueId, shape: Shape): Pile | null {
  const piece = pieceOf(draft, id, shape)
  if (piece !== null) return { axis: piece.axis, covered: piece.length, other: null, parts: piece }
  const made = draft.producer(id)
  const isSum = made?.primitive === add.primitive && draft.reads(id) <= 1
  return isSum ? sumOf(draft, made) : null
}

/** The pile that a sum is; null where it is none. */
function sumOf(draft: Draft, { inputs: [a = -1, b = -1], spec: { shape } }: Application): Pile | null {
  const [left, right] = [pileOf(draft, a, shape), pileOf(draft, b, shape)]
  const alone = (id: ValueId, { axis }: Pile): Pile | null =>
    sameShape(draft.spec(id).shape, shape) ? { axis, covered: 0, other: id, parts: null } : null
  const [first, second] = [left ?? (right && alone(a, right)), right ?? (left && alone(b, left))]
  if (first === null || second === null || first.axis !== second.axis) return null
  if (first.other !== null && second.other !== null) return null
  const covered = first.covered + second.covered
  return { axis: first.axis, covered, other: first.other ?? second.other, parts: [first, second] }
}

/** The pieces of a pile from the first to the last; null where they overlap. */
function inOrder(pile: Pile): readonly Piece[] | null {
  const pieces: Piece[] = []
  const open = [pile]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.parts === null) continue
    if ('id' in next.parts) pieces.push(next.parts)
    else open.push(...next.parts)
  }
  pieces.sort((a, b) => a.start - b.start)
  let end = 0
  for (const { start, length } of pieces) {
    if (start !== end) return null
    end += length
  }
  return pieces
}

/**
 * A sum of zero-padded pieces that fill an axis without overlapping, what the gradient of slices is, as the pieces joined:
 * each element is one number and zeros. One more value may be among them; it is added to the whole.
 */
export const joinPieces: Rule = {
  name: 'join pieces',
  on: [add.primitive],
  // 0 is added to every element by the other pieces, which makes a -0 into 0.
  keeps: 'signed zeros',
  rewrite: (application, draft) => {
    const { primitive, attrs, spec } = application
    const pile = sumOf(draft, application)
    const length = spec.shape[pile?.axis ?? -1]
    if (pile === null || pile.covered === 0 || pile.covered !== length) return null
    const pieces = inOrder(pile)
    if (pieces === null || pieces.length < 2) return null
    const inputs = pieces.map(({ id }) => id)
    const whole = draft.add({ primitive: concat.primitive, attrs: { axis: pile.axis }, inputs, spec })
    return pile.other === null ? whole : draft.add({ primitive, attrs, inputs: [pile.other, whole], spec })
  },
}
