/** The bytes of a small WebAssembly module, put together by hand: what is timed here comes from no compiler. */

/** An unsigned number as WebAssembly writes it, 7 bits a byte. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}

/** The same for a signed one. */
function signed(value: number): number[] {
  const done = (value >> 6 === 0 && value >= 0) || (value >> 6 === -1 && value < 0)
  return done ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)]
}

const section = (id: number, bytes: readonly number[]): number[] => [id, ...unsigned(bytes.length), ...bytes]

/** Instructions, by their names in the specification. */
export const code = {
  get: (local: number): number[] => [0x20, ...unsigned(local)],
  set: (local: number): number[] => [0x21, ...unsigned(local)],
  i32: (value: number): number[] => [0x41, ...signed(value)],
  add: [0x6a],
  sub: [0x6b],
  /** A loop that runs `body` until it leaves 0 behind. */
  loop: (body: readonly number[]): number[] => [0x03, 0x40, ...body, 0x0d, 0x00, 0x0b],
  splat: [0xfd, 0x13],
  f32: (value: number): number[] => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  vectorAdd: [0xfd, ...unsigned(0xe4)],
  vectorMul: [0xfd, ...unsigned(0xe6)],
  firstLane: [0xfd, 0x1f, 0],
  load: (offset: number): number[] => [0xfd, 0x00, 4, ...unsigned(offset)],
  store: (offset: number): number[] => [0xfd, 0x0b, 4, ...unsigned(offset)],
} as const

const [i32, f32, v128] = [0x7f, 0x7d, 0x7b]

/** How a function is declared: `(i32 × parameters) → f32?`, with locals of these kinds after the parameters. */
export interface FunctionBytes {
  readonly parameters: number
  readonly result: boolean
  readonly integers: number
  readonly vectors: number
  readonly body: readonly number[]
}

/** A module that exports one function as `run`, and `pages` of memory as `memory`. */
export function moduleBytes(f: FunctionBytes, pages: number): Uint8Array<ArrayBuffer> {
  const type = [
    0x60,
    f.parameters,
    ...Array.from({ length: f.parameters }, () => i32),
    ...(f.result ? [1, f32] : [0]),
  ]
  const locals = [2, ...unsigned(f.integers), i32, ...unsigned(f.vectors), v128]
  const body = [...locals, ...f.body, 0x0b]
  const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, ...type]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...unsigned(pages)]),
    ...section(7, [2, ...name('run'), 0, 0, ...name('memory'), 2, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ])
}
