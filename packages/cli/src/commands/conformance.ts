import { writeFile } from 'node:fs/promises'
import { reportPage, runConformance } from '@samkit/conformance'
import { backendSource } from '../conformance/backend-source.ts'
import { SectionLines } from '../conformance/section-lines.ts'
import { summaryOf } from '../conformance/summary.ts'
import { UsageError } from '../errors.ts'

/** What was typed after `samkit conformance`; what was not is missing. */
export interface GivenConformanceOptions {
  readonly backend?: string
  readonly json?: boolean
  readonly quick?: boolean
  readonly runs?: number
  readonly seed?: number
  readonly report?: string
}

/** Runs `samkit conformance`; gives the exit status: 0 where the backend is right, 1 where it is not. */
export async function conformanceCommand(given: GivenConformanceOptions): Promise<number> {
  const { backend: name, json = false, report: file, ...options } = given
  if (name === undefined) {
    throw new UsageError('say which backend: --backend with the name of one, or the path of a module')
  }
  const source = await backendSource(name)
  const lines = json ? null : new SectionLines(process.stdout)
  const report = await runConformance(source, { ...options, onCheck: (check) => lines?.add(check) })
  lines?.end()
  console.log(json ? JSON.stringify(report, null, 2) : summaryOf(report))
  if (file !== undefined) await writeFile(file, reportPage([report]))
  return report.right ? 0 : 1
}
