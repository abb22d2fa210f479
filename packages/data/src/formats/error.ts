/** A place in a file, as error messages name it. */
export interface FilePlace {
  readonly format: string
  readonly file: string
  readonly field: string
  readonly offset: number
}
export class FileFormatError extends Error {
  override readonly name: string = 'FileFormatError'
  readonly file: string
  readonly field: string
  readonly offset: number
  constructor(place: FilePlace, problem: string) {
    super(`${place.format} ${JSON.stringify(place.file)}: ${place.field} at byte ${place.offset}: ${problem}`)
    this.file = place.file
    this.field = place.field
    this.offset = place.offset
  }
}
