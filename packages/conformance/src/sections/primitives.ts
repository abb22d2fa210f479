import { type DType, type Primitive, primitives } from '@samkit/core'
import { acceptedDtypes, casesOf, type OpCase, specOf } from '@samkit/core/testing'
import fc from 'fast-check'
import type { Cell, Check } from '../check.ts'
import { tamed } from '../compare/claims.ts'
import { searchPrograms } from '../investigate.ts'
import { byBound } from '../judges/by-bound.ts'
import { type Program, single } from '../program/program.ts'
import { seedFor } from '../search.ts'
import type { Session } from '../session.ts'

/** Whether the backend claims every dtype that a use of a primitive meets. */
function claimed({ device }: Session, primitive: Primitive, { inputs, attrs }: OpCase): boolean {
  const { dtypes } = device.backend.capabilities
  return [...inputs, specOf(primitive, inputs, attrs)].every(({ dtype }) => dtypes.includes(dtype))
}

/** The dtypes of its main operand that a primitive takes and the backend claims. */
export function dtypesFor(session: Session, primitive: Primitive): DType[] {
  return acceptedDtypes(primitive).filter((dtype) => {
    if (!session.device.backend.capabilities.dtypes.includes(dtype)) return false
    const uses = fc.sample(casesOf(primitive)({ dtype, smooth: false }), { numRuns: 30, seed: 1 })
    return uses.some((use) => claimed(session, primitive, use))
  })
}

/** Looks for a use of a primitive, in one dtype, on which the backend is wrong. */
export async function searchUses(
  session: Session,
  primitive: Primitive,
  dtype: DType,
  programOf: (use: OpCase) => Program,
  runs: number = session.settings.runs,
): Promise<Cell> {
  const { settings } = session
  const uses = casesOf(primitive)({ dtype, smooth: false })
    .map(({ inputs, attrs }) => ({ attrs, inputs: inputs.map((input) => tamed(input, session.claims)) }))
    .filter((use) => claimed(session, primitive, use))
    .map(programOf)
  const { wrong, cases, worst } = await searchPrograms(session, uses, byBound, {
    runs,
    seed: seedFor(settings.seed, `${primitive.name} ${dtype}`),
  })
  const cell = { primitive: primitive.name, dtype, cases, worst }
  return wrong === undefined ? cell : { ...cell, fault: wrong.fault }
}

/** Every primitive over its whole attribute space, in every dtype. */
export function primitiveChecks(): Check[] {
  return primitives.map((primitive) => ({
    section: 'primitives',
    primitive: primitive.name,
    title: `${primitive.name} gives what the reference gives`,
    run: async (session) => {
      const dtypes = dtypesFor(session, primitive)
      const cells: Cell[] = []
      for (const dtype of dtypes) {
        cells.push(
          await searchUses(session, primitive, dtype, ({ inputs, attrs }) =>
            single(primitive, inputs, attrs),
          ),
        )
      }
      return outcomeOf(cells)
    },
  }))
}

/** The outcome that cells come to. */
export function outcomeOf(cells: readonly Cell[]): Awaited<ReturnType<Check['run']>> {
  const outcome = {
    cells,
    cases: cells.reduce((sum, { cases }) => sum + cases, 0),
    faults: cells.flatMap(({ primitive, dtype, fault }) =>
      fault === undefined ? [] : [{ ...fault, message: `${primitive} of ${dtype}: ${fault.message}` }],
    ),
  }
  return cells.length === 0 ? { ...outcome, skipped: 'the backend claims none of its dtypes' } : outcome
}
