import { type ConformanceReport, gridText } from '@samkit/conformance'

/** What a report comes to: the largest errors, whatever is wrong as code, and the verdict. */
export function summaryOf(report: ConformanceReport): string {
  const { backend, right, cases, programs, seconds, runs, seed } = report
  const faults = report.checks.flatMap(({ section, title, faults: own }) =>
    own.flatMap(({ message, code }) => [
      '',
      `${section}: ${title}`,
      message,
      ...(code === undefined ? [] : ['', code.trimEnd()]),
    ]),
  )
  const skipped = report.checks.flatMap(({ title, skipped: why }) =>
    why === undefined ? [] : [`skipped: ${title}: ${why}`],
  )
  return [
    '',
    gridText(report),
    ...(skipped.length > 0 ? ['', ...skipped] : []),
    ...faults,
    '',
    `${backend} is ${right ? 'right' : 'wrong'}: ${cases} examples in ${programs} programs, ${runs} a property, seed ${seed}, ${seconds.toFixed(1)} s`,
  ].join('\n')
}
