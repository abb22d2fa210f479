import { type Code, type Effect, i32, i32x4, i64, type Local, v128 } from '../../assembler/index.ts'

/** Copies one element of so many bytes. */
export function copyElement(bytes: number, to: Local<'i32'>, from: Local<'i32'>, offset = 0): Effect {
  if (bytes === 16) return v128.store(to, v128.load(from, offset), offset)
  if (bytes === 8) return i64.store(to, i64.load(from, offset), offset)
  if (bytes === 4) return i32.store(to, i32.load(from, offset), offset)
  return i32.store8(to, i32.load8u(from, offset), offset)
}

const step = 64

/**
 * Copies `count` bytes, known in advance, between places that do not overlap. The addresses end up anywhere.
 */
export function copyBytes(code: Code, to: Local<'i32'>, from: Local<'i32'>, count: number): void {
  eachPart(code, [to, from], count, (bytes, offset) => copyElement(bytes, to, from, offset))
}

/** Writes `count` bytes of 0. The address ends up anywhere. */
export function clearBytes(code: Code, at: Local<'i32'>, count: number): void {
  eachPart(code, [at], count, (bytes, offset) => {
    if (bytes === 16) return v128.store(at, zeros, offset)
    if (bytes === 8) return i64.store(at, i64.const(0n), offset)
    return bytes === 4 ? i32.store(at, 0, offset) : i32.store8(at, 0, offset)
  })
}

const zeros = i32x4.const([0, 0, 0, 0])

/** Goes through `count` bytes in the largest parts that fit, moving the addresses on only in a loop. */
function eachPart(
  code: Code,
  addresses: readonly Local<'i32'>[],
  count: number,
  part: (bytes: number, offset: number) => Effect,
): void {
  const turns = count > 4 * step ? Math.floor(count / step) : 0
  if (turns > 0) {
    const left = code.let(i32.const(turns))
    code.doWhile(
      () => {
        for (let offset = 0; offset < step; offset += 16) code.run(part(16, offset))
        for (const address of addresses) code.increase(address, step)
        code.increase(left, -1)
      },
      () => left,
    )
  }
  let offset = 0
  for (const bytes of [16, 8, 4, 1]) {
    for (; offset + bytes <= count - turns * step; offset += bytes) code.run(part(bytes, offset))
  }
}
