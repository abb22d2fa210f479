import type { Check, Outcome } from '../check.ts'
import { verdictOn } from '../investigate.ts'
import { byBound } from '../judges/by-bound.ts'
import type { Program } from '../program/program.ts'
import type { Session } from '../session.ts'
import type { Fault } from '../verdict.ts'
import { emptyProgram } from './empty.ts'
import { largePrograms } from './large.ts'

const kinds = ['f32', 'f64', 'i32'] as const

/** Runs programs and collects what is wrong. */
async function outcomeOn(session: Session, programs: readonly Program[]): Promise<Outcome> {
  const faults: Fault[] = []
  let cases = 0
  for (const program of programs) {
    const verdict = await verdictOn(session, program, byBound)
    if (verdict === undefined) continue
    cases += 1
    if (verdict.fault !== undefined) faults.push(verdict.fault)
  }
  const outcome = { cases, faults }
  return cases === 0 ? { ...outcome, skipped: 'nothing of this is to be checked on this backend' } : outcome
}

/** Axes of size 0, and tensors that are larger than what random examples have. */
export function sizeChecks(quick: boolean): Check[] {
  const titles = new Set(kinds.flatMap((kind) => largePrograms(kind, quick).map(({ title }) => title)))
  return [
    {
      section: 'sizes',
      title: 'axes of size 0',
      run: (session) => outcomeOn(session, kinds.map(emptyProgram)),
    },
    ...[...titles].map(
      (title): Check => ({
        section: 'sizes',
        title,
        run: (session) => {
          const programs = kinds.flatMap((kind) => largePrograms(kind, quick))
          return outcomeOn(
            session,
            programs.filter((one) => one.title === title).map(({ program }) => program),
          )
        },
      }),
    ),
  ]
}
