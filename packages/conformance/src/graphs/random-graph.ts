import { type DType, OpError } from '@samkit/core'
import { arrays, randomNumbers, shapes, type ValueKind } from '@samkit/core/testing'
import fc from 'fast-check'
import { isFloat } from '../compare/units.ts'
import type { Gradient, Leaf, Program } from '../program/program.ts'
import { Growth } from './growth.ts'
import { anyMoves, exactMoves, type Move, smoothMoves } from './moves.ts'

/** What graphs to draw: of floats, of whole numbers and booleans only, or such that gradients hang together smoothly. */
export type GraphKind = 'any' | 'exact' | 'smooth'

/** What graphs to draw. */
export interface GraphOptions {
  readonly kind: GraphKind
  /** The dtypes that may come up. */
  readonly dtypes: readonly DType[]
  /** Most operations. */
  readonly length: number
}

/** One operation of a recipe, told by numbers. */
interface Line {
  readonly move: number
  readonly a: number
  readonly b: number
  readonly coin: number
}

const moves: Readonly<Record<GraphKind, readonly Move[]>> = {
  any: anyMoves,
  exact: exactMoves,
  smooth: smoothMoves,
}

/** Random programs of several operations. */
export function graphs(options: GraphOptions): fc.Arbitrary<Program> {
  const lines = fc.array(
    fc.record({ move: fc.nat(9999), a: fc.nat(9), b: fc.nat(9), coin: fc.nat(99_999) }),
    { minLength: 1, maxLength: options.length },
  )
  return fc.tuple(leavesFor(options), lines).map(([leaves, drawn]) => grown(options, leaves, drawn))
}

function leavesFor({ kind, dtypes }: GraphOptions): fc.Arbitrary<Leaf[]> {
  const floats = dtypes.filter(isFloat)
  const wholes = dtypes.filter((dtype) => !isFloat(dtype))
  const main = kind === 'exact' ? wholes : floats
  const values: ValueKind = kind === 'exact' ? 'any' : 'finite'
  return fc.constantFrom(...main).chain((dtype) =>
    shapes({ minRank: 1, maxRank: 3, minSize: 1, limit: 12 }).chain((shape) => {
      // Two of one shape, and one that broadcasts against them: most operations then fit.
      const same = arrays(shape, dtype, values)
      const row = arrays(shape.slice(-1), dtype, values)
      return fc.tuple(same, same, row)
    }),
  )
}

function grown({ kind, dtypes }: GraphOptions, leaves: readonly Leaf[], lines: readonly Line[]): Program {
  const growth = new Growth()
  for (const leaf of leaves) growth.leaf(leaf)
  const own = moves[kind]
  for (const { move, a, b, coin } of lines) {
    const { values } = growth
    const recent = (back: number) => values[values.length - 1 - (back % values.length)]
    const [x, y] = [recent(a), recent(b)]
    const random = randomNumbers(coin)
    if (x === undefined || y === undefined) continue
    // What does not fit leaves the place to the next move that does.
    for (let next = 0; next < 4; next++) {
      const chosen = own[(move + next) % own.length]
      try {
        const choice = { a: x, b: y, pick: (n: number) => Math.floor(random() * n), dtypes }
        const made = chosen?.(growth, choice)
        if (made !== undefined) growth.keep(made)
        break
      } catch (error) {
        if (!(error instanceof OpError)) throw error
      }
    }
  }
  return growth.program()
}

/** Random programs that give gradients of the sum of smooth results. */
export function gradientGraphs(
  options: Omit<GraphOptions, 'kind'>,
  order: Gradient['order'],
): fc.Arbitrary<Program> {
  return graphs({ ...options, kind: 'smooth' })
    .filter(({ outputs }) => outputs.length > 0)
    .map((program) => {
      const wrt = program.leaves.flatMap(({ dtype }, id) => (isFloat(dtype) ? [id] : []))
      return { ...program, gradient: { wrt, order } }
    })
}
