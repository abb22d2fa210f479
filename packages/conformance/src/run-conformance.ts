import type { Cell } from './check.ts'
import { checksFor } from './checks.ts'
import { type BackendSource, type ConformanceOptions, settingsOf } from './options.ts'
import type { CheckReport, ConformanceReport } from './report.ts'
import { runCheck } from './run-check.ts'
import { openSession, type Session } from './session.ts'

/** Options of {@link runConformance}. */
export interface RunOptions extends ConformanceOptions {
  /** Told of every check when it is done. */
  onCheck?(report: CheckReport): void
}

/**
 * Tells whether a backend is right: runs every check on it, one after another, without a test runner. A backend that is made
 * here (given as a function) is disposed in the end.
 *
 * @throws Error where the backend cannot be made, or an option makes no sense.
 */
export async function runConformance(
  backend: BackendSource,
  options: RunOptions = {},
): Promise<ConformanceReport> {
  const settings = settingsOf(options)
  const started = performance.now()
  const session = await openSession(backend, settings)
  const checks: CheckReport[] = []
  const grid: Cell[] = []
  for (const check of checksFor(settings)) {
    const { report, cells } = await runCheck(check, session)
    checks.push(report)
    grid.push(...cells)
    options.onCheck?.(report)
  }
  await closeSession(session)
  return {
    backend: options.name ?? session.name,
    right: checks.every(({ faults }) => faults.length === 0),
    capabilities: session.device.backend.capabilities,
    seed: settings.seed,
    runs: settings.runs,
    statedBounds: settings.stated,
    programs: session.device.programs,
    cases: checks.reduce((sum, { cases }) => sum + cases, 0),
    seconds: (performance.now() - started) / 1000,
    checks,
    grid,
  }
}

/** Disposes the backend, where it was made for the session. */
export async function closeSession({ source, device }: Session): Promise<void> {
  if (typeof source === 'function') await device.backend.dispose()
}
