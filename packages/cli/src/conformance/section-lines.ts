import type { CheckReport } from '@samkit/conformance'

/** Where lines go. */
interface Output {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** A line for each section: on a terminal it is written over as the section goes on, elsewhere written when it is done. */
export class SectionLines {
  private readonly output: Output
  private checks: CheckReport[] = []

  constructor(output: Output) {
    this.output = output
  }

  /** Tells of a check that is done. */
  add(check: CheckReport): void {
    if (this.checks[0] !== undefined && this.checks[0].section !== check.section) this.end()
    this.checks.push(check)
    if (this.output.isTTY === true) this.output.write(`\r\x1b[K${lineOf(this.checks)}`)
  }

  /** The section is done. */
  end(): void {
    if (this.checks.length > 0) {
      const start = this.output.isTTY === true ? '\r\x1b[K' : ''
      this.output.write(`${start}${lineOf(this.checks)}\n`)
    }
    this.checks = []
  }
}

function lineOf(checks: readonly CheckReport[]): string {
  const wrong = checks.filter(({ faults }) => faults.length > 0).length
  const cases = checks.reduce((sum, check) => sum + check.cases, 0)
  const name = (checks[0]?.section ?? '').padEnd(15)
  const facts = `${checks.length} facts`.padStart(9)
  const examples = `${cases} examples`.padStart(15)
  return `${name}${facts}${examples}  ${wrong === 0 ? 'right' : `${wrong} do not hold`}`
}
