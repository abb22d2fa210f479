import { type Code, type Int, i32, select } from '../../assembler/index.ts'

/** Tiles of `height` rows as long as there are as many, then smaller ones. */
export function eachTile(code: Code, rows: Int, height: number, tile: (height: number) => void): void {
  const left = code.let(i32.add(rows, 0))
  code.while(
    () => i32.geS(left, height),
    () => {
      tile(height)
      code.increase(left, -height)
    },
  )
  for (let less = height >> 1; less >= 1; less >>= 1) {
    if (typeof rows === 'number' && ((rows % height) & less) === 0) continue
    code.if(i32.and(left, less), () => tile(less))
  }
}

/** Panels of `size`, by their first column; `total` is a multiple of it. */
export function eachPanel(code: Code, total: number, size: number, body: (start: Int) => void): void {
  if (total === 0) return
  if (total === size) {
    body(0)
    return
  }
  const start = code.local('i32')
  code.for(start, { from: 0, to: total, step: size }, () => body(start))
}

/** Blocks of at most `size`: where each begins, and how long it is. Of a single one this is known beforehand. */
export function eachBlock(
  code: Code,
  total: Int,
  size: number,
  body: (start: Int, length: Int) => void,
): void {
  if (typeof total === 'number' && total <= size) {
    body(0, total)
    return
  }
  const start = code.local('i32')
  code.for(start, { from: 0, to: total, step: size }, () => {
    const even = typeof total === 'number' && total % size === 0
    const left = i32.sub(total, start)
    body(start, even ? size : code.let(select(i32.ltS(left, size), left, i32.const(size))))
  })
}

/** A product that is a constant if `x` is one. */
export function times(x: Int, factor: number): Int {
  return typeof x === 'number' ? x * factor : i32.mul(x, factor)
}
