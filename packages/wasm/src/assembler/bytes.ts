/** Bytes of a module in the making. Numbers are written as the WebAssembly specification encodes them (section 5.2). */
export class Bytes {
  private data = new Uint8Array(256)
  /** How many bytes were written. */
  length = 0

  /** What was written, as a copy. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.data.slice(0, this.length)
  }

  private reserve(count: number): void {
    if (this.length + count <= this.data.length) return
    const larger = new Uint8Array(2 * (this.length + count))
    larger.set(this.data)
    this.data = larger
  }

  byte(...values: readonly number[]): void {
    this.reserve(values.length)
    for (const value of values) this.data[this.length++] = value
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.data.set(bytes, this.length)
    this.length += bytes.length
  }

  /** An unsigned whole number below 2³², LEB128. */
  unsigned(value: number): void {
    let rest = value >>> 0
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.byte(rest)
  }

  /** A signed whole number of up to 64 bits, LEB128. */
  signed(value: bigint): void {
    let rest = value
    while (rest < -64n || rest > 63n) {
      this.byte(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.byte(Number(rest & 0x7fn))
  }

  /** A name: its length and its UTF-8 bytes. */
  name(text: string): void {
    const bytes = new TextEncoder().encode(text)
    this.unsigned(bytes.length)
    this.append(bytes)
  }

  /** A section or body: its length, then itself. */
  sized(content: Bytes): void {
    this.unsigned(content.length)
    this.append(content.data.subarray(0, content.length))
  }
}
