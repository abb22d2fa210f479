import { FileFormatError } from '@samkit/core'
import { gunzip, isGzip, statedLength } from './gzip.ts'

/** A file's bytes, with the name that errors call it by. */
export interface NamedBytes {
  readonly file: string
  readonly bytes: Uint8Array
}

/** What is inside a file, unpacked where it was packed, before its bytes are there. */
export interface ContentsInfo {
  readonly file: string
  /** As {@link shownFormat} gives it. */
  readonly format: string
  /** Number of bytes in all. Of a packed file, the number that it states. */
  readonly length: number
  readonly packed: boolean
}

/**
 * The bytes inside a file, plain or gzip. `check` sees the first `headLength` of them (fewer where there are
 * fewer) and how many there are in all, and throws if those do not fit: before anything more is unpacked.
 *
 * @throws FileFormatError what `check` throws, and where gzip data is damaged or of another length than stated.
 */
export async function readContents(
  { file, bytes }: NamedBytes,
  format: string,
  headLength: number,
  check: (head: Uint8Array, info: ContentsInfo) => void,
): Promise<Uint8Array> {
  const shown = shownFormat({ file, bytes }, format)
  if (!isGzip(bytes)) {
    check(bytes.subarray(0, headLength), { file, format: shown, length: bytes.length, packed: false })
    return bytes
  }
  const length = statedLength({ file, bytes })
  const info: ContentsInfo = { file, format: shown, length, packed: true }
  return gunzip({ file, bytes }, length, headLength, (head) => check(head, info))
}

/** `format` as errors name it: offsets in a packed file count unpacked bytes, so this says so. */
export function shownFormat({ bytes }: NamedBytes, format: string): string {
  return isGzip(bytes) ? `unpacked ${format}` : format
}

/** The error for contents whose length is not the `expected` one, which `why` explains. */
export function wrongLength(info: ContentsInfo, expected: number, why: string): FileFormatError {
  const { file, format, length, packed } = info
  const offset = Math.min(length, expected)
  const fail = (field: string, found: string, cause: string): FileFormatError =>
    new FileFormatError(
      { file, format, field, offset },
      `${why} takes ${expected} bytes, but ${found}: ${cause}`,
    )
  if (packed) {
    const found = `the gzip data states that it unpacks to ${length}`
    return fail('length', found, 'the file is cut short, has bytes after the gzip data, or is damaged')
  }
  const cause = length < expected ? 'the file is cut short or damaged' : 'the file is too long or damaged'
  return fail(length < expected ? 'end' : 'trailing bytes', `there are ${length}`, cause)
}
