/** A place in a file, as error messages name it. */
export interface FilePlace {
  /** The format being read: `safetensors`, `npy`, `npz`. */
  readonly format: string
  /** The file's name as its source gives it. */
  readonly file: string
  /** The part of the file that is wrong, e.g. `tensor "fc.weight" shape`. */
  readonly field: string
  /** Bytes from the start of the file. */
  readonly offset: number
}

/**
 * A file that does not follow its format: truncated, corrupt, hostile, or using a part of the format that
 * samkit does not read. The message names the file, the field, the byte offset and what is wrong there.
 */
export class FileFormatError extends Error {
  override readonly name: string = 'FileFormatError'
  /** The file's name as its source gives it. */
  readonly file: string
  /** The part of the file that is wrong, e.g. `tensor "fc.weight" shape`. */
  readonly field: string
  /** Bytes from the start of the file to that part. In a compressed entry, to the start of its data. */
  readonly offset: number

  /** An error about `place`; `problem` says what is wrong there and what would be right. */
  constructor(place: FilePlace, problem: string) {
    super(`${place.format} ${quote(place.file)}: ${place.field} at byte ${place.offset}: ${problem}`)
    this.file = place.file
    this.field = place.field
    this.offset = place.offset
  }
}

const longestQuote = 80

/** Quotes text from a file for a message: cut when long, with control and invisible characters escaped. */
export function quote(text: string): string {
  const shown = text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text
  return JSON.stringify(shown).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
