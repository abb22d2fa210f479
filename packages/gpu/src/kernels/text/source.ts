import type { Reading } from '../device-kernel.ts'

/** The text of a kernel while it is written. */
export class Source {
  /** The values it reads, in the order of its arguments, and how. */
  readonly inputs: number[] = []
  readonly readings: Reading[] = []
  private readonly lines: string[] = ['const p = this.thread.x;']
  private depth = 1
  private names = 0
  private readonly quotients = new Map<number, string>()
  private readonly specials = new Set<string>()
  private readonly isWhole: boolean

  /** `isWhole` says that the device counts threads in whole numbers, which stay so as long as they have no name. */
  constructor({ isWhole = false }: { readonly isWhole?: boolean } = {}) {
    this.isWhole = isWhole
  }

  /** The argument that holds a value, as it is read. */
  array(value: number, reading: Reading = 'numbers'): string {
    const known = this.inputs.findIndex((input, i) => input === value && this.readings[i] === reading)
    if (known >= 0) return `a${known}`
    this.readings.push(reading)
    return `a${this.inputs.push(value) - 1}`
  }

  /** Adds a line. */
  line(text: string): void {
    this.lines.push(`${'  '.repeat(this.depth - 1)}${text}`)
  }

  /** A name that nothing else has. */
  name(prefix: string): string {
    return `${prefix}${this.names++}`
  }

  /** Gives an expression a name of its own. */
  constant(prefix: string, expression: string): string {
    const name = this.name(prefix)
    this.line(`const ${name} = ${expression};`)
    return name
  }

  /** Writes a loop from 0 up to `count` around what `body` writes; gpu.js runs it whole only where the count is a literal. */
  loop(count: number, body: (index: string) => void): void {
    const index = this.name('i')
    this.line(`for (let ${index} = 0; ${index} < ${count}; ${index}++) {`)
    this.depth += 1
    body(index)
    this.depth -= 1
    this.line('}')
  }

  /** Writes what `body` writes under a condition. */
  when(condition: string, body: () => void): void {
    this.line(`if (${condition}) {`)
    this.depth += 1
    body()
    this.depth -= 1
    this.line('}')
  }

  /** `⌊p / place⌋`, with p the number of the thread. Exact below 2²⁴, however the device rounds a division. */
  quotient(place: number): string {
    const power = Math.log2(place)
    if (this.isWhole && Number.isInteger(power)) {
      return power === 0 ? 'this.thread.x' : `(this.thread.x >> ${power})`
    }
    if (place === 1) return 'p'
    const known = this.quotients.get(place)
    if (known !== undefined) return known
    const name = `q${place}`
    this.quotients.set(place, name)
    return name
  }

  /** `Infinity` or `NaN`, which gpu.js cannot write: as quotients that no compiler works out. */
  special(name: 'infinity' | 'nan'): string {
    this.specials.add(name)
    return name
  }

  /** The whole function, that returns `result`. */
  function(result: string): string {
    const [first = '', ...rest] = this.lines
    const quotients = [...this.quotients].map(([place, name]) => `const ${name} = ${quotientOf('p', place)};`)
    const specials =
      this.specials.size === 0
        ? []
        : [
            'const zero = p - p;',
            ...(this.specials.has('infinity') ? ['const infinity = 1 / zero;'] : []),
            ...(this.specials.has('nan') ? ['const nan = zero / zero;'] : []),
          ]
    const body = [first, ...quotients, ...specials, ...rest, `return ${result};`]
    const args = this.inputs.map((_, i) => `a${i}`).join(', ')
    return `function (${args}) {\n${body.map((text) => `  ${text}`).join('\n')}\n}`
  }
}

/** `⌊x / divisor⌋` for whole numbers below 2²⁴: exact for powers of two, corrected by the helper otherwise. */
export function quotientOf(x: string, divisor: number): string {
  return Number.isInteger(Math.log2(divisor))
    ? `Math.floor(${x} * ${1 / divisor})`
    : `quotient(${x}, ${divisor})`
}
