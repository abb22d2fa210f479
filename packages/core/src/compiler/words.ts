/** What a value is, as the word in front of it. */
const kind = {
  whole: 0,
  number: 1,
  text: 2,
  true: 3,
  false: 4,
  null: 5,
  undefined: 6,
  list: 7,
  wholes: 8,
  record: 9,
  identity: 10,
} as const

// Numbers for texts are given once and for all: there are few, as names of attributes and dtypes are.
const texts = new Map<string, number>()
const identities = new WeakMap<object, number>()
let identityCount = 0

const double = new Float64Array(1)
const halves = new Int32Array(double.buffer)

/**
 * Writes plain data as words of 32 bits, so that two values give the same words exactly when they are alike: NaN, -0, 1
 * and '1' all differ. Every value says what it is and how long it is before its content, so no two run together.
 */
export class WordWriter {
  private words = new Int32Array(1 << 14)
  private length = 0
  private hash = 0

  /** Begins anew. */
  clear(): void {
    this.length = 0
    this.hash = 0
  }

  /** What was written so far, without a copy. */
  read(): { readonly hash: number; readonly words: Int32Array } {
    return { hash: this.hash, words: this.words.subarray(0, this.length) }
  }

  /** A whole number of 32 bits, as it is. */
  word(word: number): void {
    if (this.length === this.words.length) {
      const larger = new Int32Array(2 * this.length)
      larger.set(this.words)
      this.words = larger
    }
    this.words[this.length++] = word
    // Multiplying carries bits upward only, turning brings them down again.
    const mixed = Math.imul(this.hash ^ word, 0x9e3779b1)
    this.hash = (mixed << 15) | (mixed >>> 17)
  }

  /** A text, as a number that only this text has. */
  text(text: string): void {
    let id = texts.get(text)
    if (id === undefined) {
      id = texts.size
      texts.set(text, id)
    }
    this.word(id)
  }

  /** An object that is like none but itself. */
  identity(object: object): void {
    let id = identities.get(object)
    if (id === undefined) {
      id = identityCount++
      identities.set(object, id)
    }
    this.word(id)
  }

  /** A list of anything. */
  list(values: readonly unknown[]): void {
    if (values.every(isWhole)) {
      this.word(kind.wholes)
      this.word(values.length)
      for (const value of values) this.word(value)
    } else {
      this.word(kind.list)
      this.word(values.length)
      for (const value of values) this.value(value)
    }
  }

  /** Numbers, texts, truth values, null, undefined, lists and plain objects by content; all else by identity. */
  value(value: unknown): void {
    if (isWhole(value)) {
      this.word(kind.whole)
      this.word(value)
    } else if (typeof value === 'number') this.number(value)
    else if (typeof value === 'string') {
      this.word(kind.text)
      this.text(value)
    } else if (typeof value === 'boolean') this.word(value ? kind.true : kind.false)
    else if (value === null) this.word(kind.null)
    else if (value === undefined) this.word(kind.undefined)
    else if (Array.isArray(value)) this.list(value)
    else if (typeof value === 'object' && isRecord(value)) this.record(value)
    else {
      this.word(kind.identity)
      if (typeof value === 'object' || typeof value === 'function') this.identity(value)
      // A symbol or a bigint: taken as like nothing else, also not like itself.
      else this.word(identityCount++)
    }
  }

  private number(value: number): void {
    double[0] = value
    this.word(kind.number)
    this.word(halves[0] ?? 0)
    this.word(halves[1] ?? 0)
  }

  private record(value: object): void {
    const names = Object.keys(value)
    this.word(kind.record)
    this.word(names.length)
    for (const name of names) {
      this.text(name)
      this.value((value as Readonly<Record<string, unknown>>)[name])
    }
  }
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || ArrayBuffer.isView(value)
}

/** A whole number of 32 bits; -0 is none. */
function isWhole(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value && !Object.is(value, -0)
}
