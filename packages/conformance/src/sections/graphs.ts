import type fc from 'fast-check'
import type { Check, Outcome } from '../check.ts'
import { isFloat } from '../compare/units.ts'
import { gradientGraphs, graphs } from '../graphs/random-graph.ts'
import { searchPrograms } from '../investigate.ts'
import { stochastic } from '../judges/stochastic.ts'
import type { Program } from '../program/program.ts'
import { seedFor } from '../search.ts'
import type { Section } from '../section.ts'
import type { Session } from '../session.ts'

async function outcomeOf(
  session: Session,
  title: string,
  programs: fc.Arbitrary<Program>,
  runs: number,
): Promise<Outcome> {
  const options = { runs, seed: seedFor(session.settings.seed, title) }
  const { cases, wrong } = await searchPrograms(session, programs, stochastic, options)
  const outcome = { cases, faults: wrong === undefined ? [] : [wrong.fault] }
  return cases === 0 ? { ...outcome, skipped: 'no graph is of the primitives to be checked' } : outcome
}

/** A check of graphs of this kind of dtype, skipped where the backend claims none of them. */
function check(
  section: Section,
  title: string,
  kind: 'floats' | 'wholes',
  programs: (session: Session) => fc.Arbitrary<Program>,
  share: number,
): Check {
  return {
    section,
    title,
    run: async (session) => {
      const { dtypes } = session.device.backend.capabilities
      if (!dtypes.some((dtype) => isFloat(dtype) === (kind === 'floats'))) {
        return { cases: 0, faults: [], skipped: 'the backend claims none of the dtypes' }
      }
      return outcomeOf(session, title, programs(session), Math.ceil(session.settings.runs * share))
    },
  }
}

/** Random graphs of many operations. */
export function graphChecks(): Check[] {
  const dtypesOf = ({ device }: Session) => device.backend.capabilities.dtypes
  return [
    check(
      'graphs',
      'graphs of whole numbers and booleans give exactly what the reference gives',
      'wholes',
      (session) => {
        const dtypes = dtypesOf(session).filter((dtype) => !isFloat(dtype))
        return graphs({ kind: 'exact', dtypes, length: 10 })
      },
      3,
    ),
    check(
      'graphs',
      'graphs of floats stay within what roundings come to',
      'floats',
      (session) => graphs({ kind: 'any', dtypes: dtypesOf(session), length: 12 }),
      4,
    ),
    check(
      'graphs',
      'smooth graphs of floats stay within what roundings come to',
      'floats',
      (session) => graphs({ kind: 'smooth', dtypes: dtypesOf(session), length: 12 }),
      3,
    ),
    check(
      'gradients',
      'gradients of random graphs stay within what roundings come to',
      'floats',
      (session) => gradientGraphs({ dtypes: dtypesOf(session), length: 8 }, 1),
      3,
    ),
    check(
      'gradients',
      'second derivatives of random graphs stay within what roundings come to',
      'floats',
      (session) => gradientGraphs({ dtypes: dtypesOf(session), length: 4 }, 2),
      2,
    ),
  ]
}
