import type { Cell, Check, Outcome } from './check.ts'
import type { CheckReport } from './report.ts'
import type { Session } from './session.ts'
import { type Fault, messageOf } from './verdict.ts'

/** What came of a check, and its cells for the grid. */
export interface Checked {
  readonly report: CheckReport
  readonly cells: readonly Cell[]
}

/** Runs a check, and sees that the backend holds nothing afterwards that it did not hold before. */
export async function runCheck(check: Check, session: Session): Promise<Checked> {
  const { section, title } = check
  const started = performance.now()
  const { backend } = session.device
  const before = backend.memory?.().buffers ?? 0
  const outcome = await check.run(session).catch((error: unknown): Outcome => {
    return { cases: 0, faults: [{ message: `it throws: ${messageOf(error)}` }] }
  })
  const kept = (backend.memory?.().buffers ?? 0) - before
  const leak: Fault = { message: `${kept} buffers are held that were not before: they leaked` }
  const { cases, faults, skipped, cells = [] } = outcome
  const report = {
    section,
    title,
    cases,
    faults: kept > 0 && section !== 'disposal' ? [...faults, leak] : faults,
    seconds: (performance.now() - started) / 1000,
  }
  return { report: skipped === undefined ? report : { ...report, skipped }, cells }
}
