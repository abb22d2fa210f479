import { quote } from './format-error.ts'

/** A value and the byte of the header it starts at. */
interface Located<Value> {
  readonly value: Value
  readonly at: number
}

/** The three entries of an npy header. */
export interface NpyDict {
  readonly descr: Located<string>
  readonly fortranOrder: Located<boolean>
  readonly shape: Located<readonly number[]>
}

// The Python literals that occur. Strings need no escapes; Python 2 wrote long integers with an L.
const stringLiteral = /'([^'\\\n]*)'|"([^"\\\n]*)"/y
const boolLiteral = /(True|False)(?!\w)/y
const wholeNumber = /(\d{1,16})L?(?![\w.])/y

/**
 * Parses the header of an npy file, a Python dict literal with the keys `descr`, `fortran_order` and `shape` in
 * any order. `fail` makes the error about byte `at`.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function parseNpyDict(bytes: Uint8Array, fail: (at: number, problem: string) => Error): NpyDict {
  // One character a byte. Version 3 allows UTF-8, but only in the field names of structured arrays.
  const text = new TextDecoder('latin1').decode(bytes)
  let position = 0
  const skipSpace = (): number => {
    while (' \t\n\r'.includes(text[position] ?? 'end')) position++
    return position
  }
  const unexpected = (expected: string): Error => {
    const rest = text.slice(skipSpace(), position + 20)
    return fail(position, `expected ${expected}, found ${rest === '' ? 'the end' : quote(rest)}`)
  }
  const take = (literal: RegExp, expected: string): Located<string> => {
    const at = skipSpace()
    literal.lastIndex = at
    const match = literal.exec(text)
    if (match === null) throw unexpected(expected)
    position = literal.lastIndex
    return { value: match[1] ?? match[2] ?? '', at }
  }
  const takes = (sign: string): boolean => {
    const found = text[skipSpace()] === sign
    if (found) position++
    return found
  }
  /** Reads items up to `close`, a comma between them and perhaps after the last. Returns the commas read. */
  const list = (open: string, close: string, item: () => void): number => {
    if (!takes(open)) throw unexpected(`"${open}"`)
    let commas = 0
    while (!takes(close)) {
      item()
      if (takes(',')) commas++
      else if (takes(close)) break
      else throw unexpected(`"," or "${close}"`)
    }
    return commas
  }
  const tuple = (): Located<readonly number[]> => {
    const at = skipSpace()
    const value: number[] = []
    const commas = list('(', ')', () => value.push(Number(take(wholeNumber, 'a whole number').value)))
    if (value.length === 1 && commas === 0) throw fail(at, 'a shape of one axis needs a comma: (3,)')
    return { value, at }
  }

  const seen = new Set<string>()
  let descr: NpyDict['descr'] | undefined
  let fortranOrder: NpyDict['fortranOrder'] | undefined
  let shape: NpyDict['shape'] | undefined
  list('{', '}', () => {
    const key = take(stringLiteral, 'a key in quotes')
    if (seen.has(key.value)) throw fail(key.at, `the key ${quote(key.value)} occurs twice`)
    seen.add(key.value)
    if (!takes(':')) throw unexpected('":"')
    if (key.value === 'descr') {
      descr = take(stringLiteral, 'a type such as "<f4" (structured types are not read)')
    } else if (key.value === 'fortran_order') {
      const { value, at } = take(boolLiteral, 'True or False')
      fortranOrder = { value: value === 'True', at }
    } else if (key.value === 'shape') shape = tuple()
    else throw fail(key.at, `unknown key ${quote(key.value)}, expected descr, fortran_order and shape`)
  })
  if (skipSpace() < text.length) throw unexpected('nothing but spaces after the dict')
  if (descr === undefined || fortranOrder === undefined || shape === undefined) {
    throw fail(0, 'needs the keys descr, fortran_order and shape')
  }
  return { descr, fortranOrder, shape }
}
