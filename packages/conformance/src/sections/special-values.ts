import { type DType, type HostArray, type Primitive, primitives } from '@samkit/core'
import { hostArray } from '@samkit/core/testing'
import type { Cell, Check } from '../check.ts'
import { tamed } from '../compare/claims.ts'
import { noError } from '../compare/compare.ts'
import { verdictOn } from '../investigate.ts'
import { byBound } from '../judges/by-bound.ts'
import { type Program, single } from '../program/program.ts'
import type { Session } from '../session.ts'
import { dtypesFor, outcomeOf } from './primitives.ts'

const inf = Number.POSITIVE_INFINITY

const special: Readonly<Record<DType, readonly number[]>> = {
  bool: [0, 1],
  i32: [0, 1, -1, 2, -2, 7, 46341, 2 ** 24 + 1, 2 ** 31 - 1, -(2 ** 31)],
  f32: [
    Number.NaN,
    inf,
    -inf,
    0,
    -0,
    1,
    -1,
    0.5,
    -2.5,
    1e-45,
    -1e-42,
    2 ** -126,
    2 ** 24 + 2,
    2 ** 31,
    3e38,
    -3e38,
  ],
  f64: [
    Number.NaN,
    inf,
    -inf,
    0,
    -0,
    1,
    -1,
    0.5,
    -2.5,
    5e-324,
    -1e-310,
    2 ** -1022,
    2 ** 53,
    2 ** 31,
    1e308,
    -1e308,
  ],
}

/** Each value against each: `[n, 1]` and `[1, n]`. */
function programFor(primitive: Primitive, dtype: DType, session: Session): Program | undefined {
  const values = special[dtype]
  const n = values.length
  const array = (shape: readonly number[], of: readonly number[]): HostArray =>
    tamed(hostArray(shape, dtype, of), session.claims)
  const pairs = array(
    [n, n, 2],
    values.flatMap((a) => values.flatMap((b) => [a, b])),
  )
  const along = { axis: 2 }
  switch (primitive.family) {
    case 'unary':
      return single(primitive, [array([n], values)], {})
    case 'binary':
      return single(primitive, [array([n, 1], values), array([1, n], values)], {})
    case 'reduction':
      return single(primitive, [pairs], { axes: [2], keepDims: false })
    case 'scan':
      return primitive.name === 'cumsum'
        ? single(primitive, [pairs], { ...along, reverse: false })
        : undefined
    default:
      return primitive.name === 'argsort'
        ? single(primitive, [pairs], { ...along, descending: false })
        : undefined
  }
}

function castsOf(dtype: DType, session: Session): Program {
  const x = tamed(hostArray([special[dtype].length], dtype, special[dtype]), session.claims)
  const targets = session.device.backend.capabilities.dtypes.filter((target) => target !== dtype)
  return {
    leaves: [x],
    steps: targets.map((target) => ({ primitive: 'cast', inputs: [0], attrs: { dtype: target } })),
    outputs: targets.map((_, i) => i + 1),
  }
}

/** NaN, infinities, both zeros, denormals and the ends of the range, each against each. */
export function specialValueChecks(): Check[] {
  const concerned = primitives.filter(({ family, name }) => {
    return ['unary', 'binary', 'reduction'].includes(family) || ['cumsum', 'argsort', 'cast'].includes(name)
  })
  return concerned.map((primitive) => ({
    section: 'special values',
    title: `${primitive.name} of special values`,
    primitive: primitive.name,
    run: async (session) => {
      const cells: Cell[] = []
      for (const dtype of dtypesFor(session, primitive)) {
        const program =
          primitive.name === 'cast' ? castsOf(dtype, session) : programFor(primitive, dtype, session)
        const verdict = program && (await verdictOn(session, program, byBound))
        if (verdict === undefined) continue
        const cell = { primitive: primitive.name, dtype, cases: 1, worst: verdict.worst ?? noError }
        cells.push(verdict.fault === undefined ? cell : { ...cell, fault: verdict.fault })
      }
      return outcomeOf(cells)
    },
  }))
}
