import { quote } from './format-error.ts'

const quoteByte = 0x22
const backslash = 0x5c
const mostDigits = 16

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

/**
 * A strict reader of the JSON that file headers use: objects, arrays, strings and whole numbers, straight from
 * UTF-8 bytes. Unlike `JSON.parse` it knows the byte each value starts at and refuses an object that has a key
 * twice. The caller says what it expects next, so nothing is built that the caller did not ask for.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export class JsonCursor {
  /** The byte that is read next. */
  position = 0
  readonly #bytes: Uint8Array
  readonly #fail: (at: number, problem: string) => Error
  // `ignoreBOM` keeps a byte order mark in the text, where the default would drop it.
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  /** Reads `bytes` from the start; `fail` makes the error about byte `at`. */
  constructor(bytes: Uint8Array, fail: (at: number, problem: string) => Error) {
    this.#bytes = bytes
    this.#fail = fail
  }

  /** Reads an object: `visit` is called with the cursor at each member's value, which it must read. */
  members(visit: (key: string, keyAt: number) => void): void {
    const keys = new Set<string>()
    this.#list('{', '}', () => {
      const keyAt = this.#skipSpace()
      const key = this.string()
      if (keys.has(key)) throw this.#fail(keyAt, `the key ${quote(key)} occurs twice`)
      keys.add(key)
      this.#expect(':')
      visit(key, keyAt)
    })
  }

  /** Reads an array: `visit` is called with the cursor at each item, which it must read. */
  items(visit: () => void): void {
    this.#list('[', ']', visit)
  }

  /** Reads a string. */
  string(): string {
    const start = this.#skipSpace()
    if (this.#bytes[start] !== quoteByte) throw this.#unexpected('a string')
    let end = start + 1
    let escaped = false
    for (let byte = this.#bytes[end]; byte !== quoteByte; byte = this.#bytes[end]) {
      if (byte === undefined) throw this.#fail(start, 'the string has no closing quote')
      if (byte < 0x20) throw this.#fail(end, 'a control character in a string must be escaped')
      if (byte === backslash) escaped = true
      end += byte === backslash ? 2 : 1
    }
    this.position = end + 1
    const text = this.#decode(start + 1, end)
    return escaped ? this.#unescape(text, start) : text
  }

  /** Reads a whole number from 0 to 2⁵³ − 1. */
  wholeNumber(): number {
    const start = this.#skipSpace()
    let end = start
    while (isDigit(this.#bytes[end]) && end - start <= mostDigits) end++
    const text = String.fromCharCode(...this.#bytes.subarray(start, end))
    this.position = end
    const value = Number(text)
    if (!/^(0|[1-9]\d*)$/.test(text) || /[\d.eE]/.test(this.#char()) || !Number.isSafeInteger(value)) {
      this.position = start
      throw this.#unexpected('a whole number from 0 to 2^53 - 1')
    }
    return value
  }

  /** Checks that only white space is left. */
  end(): void {
    const at = this.#skipSpace()
    if (at < this.#bytes.length) throw this.#unexpected('nothing but spaces after the JSON object')
  }

  #list(open: string, close: string, visit: () => void): void {
    this.#expect(open)
    this.#skipSpace()
    if (this.#char() === close) {
      this.position++
      return
    }
    for (;;) {
      visit()
      this.#skipSpace()
      const separator = this.#char()
      if (separator !== ',' && separator !== close) throw this.#unexpected(`"," or "${close}"`)
      this.position++
      if (separator === close) return
    }
  }

  #expect(char: string): void {
    this.#skipSpace()
    if (this.#char() !== char) throw this.#unexpected(`"${char}"`)
    this.position++
  }

  #skipSpace(): number {
    while (isSpace(this.#bytes[this.position])) this.position++
    return this.position
  }

  /** The next byte as a character, `''` at the end. */
  #char(): string {
    const byte = this.#bytes[this.position]
    return byte === undefined ? '' : String.fromCharCode(byte)
  }

  #decode(start: number, end: number): string {
    try {
      return this.#utf8.decode(this.#bytes.subarray(start, end))
    } catch {
      throw this.#fail(start, 'not valid UTF-8')
    }
  }

  #unescape(text: string, at: number): string {
    let value: unknown
    try {
      value = JSON.parse(`"${text}"`)
    } catch {
      throw this.#fail(at, 'the string has an escape that JSON does not define')
    }
    if (typeof value !== 'string' || /\p{Surrogate}/u.test(value)) {
      throw this.#fail(at, 'the string has half of a surrogate pair')
    }
    return value
  }

  #unexpected(expected: string): Error {
    const char = this.#char()
    const rest = String.fromCharCode(...this.#bytes.subarray(this.position, this.position + 20))
    return this.#fail(this.position, `expected ${expected}, found ${char === '' ? 'the end' : quote(rest)}`)
  }
}
