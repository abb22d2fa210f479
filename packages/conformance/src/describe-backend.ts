import { checksFor } from './checks.ts'
import { type BackendSource, type ConformanceOptions, settingsOf } from './options.ts'
import type { CheckReport } from './report.ts'
import { runCheck } from './run-check.ts'
import { closeSession } from './run-conformance.ts'
import { sections } from './section.ts'
import { openSession, type Session } from './session.ts'

/** The `describe` of a test runner. */
export type Describe = (title: string, body: () => void) => unknown

/** The `it` or `test` of a test runner; those that take no time limit leave the last argument alone. */
export type It = (title: string, body: () => Promise<void>, timeout?: number) => unknown

/** Options of {@link describeBackend}. */
export interface DescribeOptions extends ConformanceOptions {
  /** Default: the global one. */
  readonly describe?: Describe
  /** Default: the global one. */
  readonly it?: It
  /** The most milliseconds for one test. Default 120000. */
  readonly timeout?: number
}

/**
 * Tells whether a backend is right, as tests of a runner such as vitest or node:test: one test for each fact that must hold.
 *
 * @throws Error where there is no `describe` and `it`, or an option makes no sense.
 */
export function describeBackend(backend: BackendSource, options: DescribeOptions = {}): void {
  const settings = settingsOf(options)
  const describe = options.describe ?? fromGlobal<Describe>('describe')
  const it = options.it ?? fromGlobal<It>('it')
  const { timeout = 120_000 } = options
  const name = options.name ?? (typeof backend === 'function' ? 'made here' : backend.name)
  let session: Promise<Session> | undefined
  const open = (): Promise<Session> => {
    session ??= openSession(backend, settings)
    return session
  }
  const checks = checksFor(settings)
  describe(`the backend ${name}`, () => {
    for (const section of sections) {
      const own = checks.filter((check) => check.section === section)
      if (own.length === 0) continue
      describe(section, () => {
        for (const check of own) {
          it(
            check.title,
            async () => {
              const { report } = await runCheck(check, await open())
              if (report.faults.length > 0) throw new Error(textOf(report))
            },
            timeout,
          )
        }
      })
    }
    it(
      'is given back',
      async () => {
        if (session !== undefined) await closeSession(await session)
      },
      timeout,
    )
  })
}

/** What is wrong, as the message of a failing test. */
function textOf({ faults }: CheckReport): string {
  return faults
    .map(({ message, code }) => (code === undefined ? message : `${message}\n\n${code}`))
    .join('\n\n')
}

function fromGlobal<T extends Describe | It>(name: 'describe' | 'it'): T {
  const found: unknown = Reflect.get(globalThis, name)
  if (typeof found === 'function') return found as T
  throw new Error(
    `describeBackend: there is no global ${name}; pass the test runner's: describeBackend(backend, { describe, it })`,
  )
}
