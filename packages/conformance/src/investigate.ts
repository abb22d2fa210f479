import type fc from 'fast-check'
import { minimized, type Wrong } from './program/minimize.ts'
import { planProgram } from './program/plan-program.ts'
import { type Program, tensorsOf } from './program/program.ts'
import { type Found, type SearchOptions, search } from './search.ts'
import type { Session } from './session.ts'
import { type Fault, type Judge, type Verdict, verdictOf } from './verdict.ts'

/** Looks among random programs for one that is wrong, and makes it as small as it gets. */
export async function searchPrograms(
  session: Session,
  programs: fc.Arbitrary<Program>,
  judge: Judge,
  options: SearchOptions,
): Promise<Found<Program>> {
  const found = await search(programs, (program) => verdictOf(session, program, judge), options)
  if (found.wrong === undefined) return found
  const { value, fault } = found.wrong
  const smallest = await smallestFault(session, value, fault, judge)
  return { ...found, wrong: { value: smallest.program, fault: smallest.fault } }
}

/** The verdict on one program, a failure made as small as it gets. */
export async function verdictOn(
  session: Session,
  program: Program,
  judge: Judge,
): Promise<Verdict | undefined> {
  const verdict = await verdictOf(session, program, judge)
  if (verdict?.fault === undefined) return verdict
  const { fault } = await smallestFault(session, program, verdict.fault, judge)
  return { ...verdict, fault }
}

/** A failure made as small as it gets; of gradients, by looking at the operations that they come to. */
export async function smallestFault(
  session: Session,
  program: Program,
  fault: Fault,
  judge: Judge,
): Promise<Wrong<Fault>> {
  const faultOf = async (smaller: Program): Promise<Fault | undefined> => {
    // What makes no sense to the reference is not wrong.
    const verdict = await verdictOf(session, smaller, judge).catch(() => undefined)
    return verdict?.fault
  }
  const smallest = await minimized({ program, fault }, faultOf)
  if (program.gradient === undefined) return smallest
  const unrolled = planProgram(tensorsOf(smallest.program))
  const still = await faultOf(unrolled)
  return still === undefined ? smallest : minimized({ program: unrolled, fault: still }, faultOf)
}
