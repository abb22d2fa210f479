import { type Code, f32x4, type Local, type Vector } from '../../assembler/index.ts'

type Four = (a: Vector, b: Vector, c: Vector, d: Vector) => readonly Vector[]
type Read = (i: number, j: number) => Vector
type Put = (i: number, j: number, x: Vector) => void

/** `T d Tᵀ` for a matrix of some rows and columns that a function of up to four numbers transforms a column of. */
export function emitRows(
  code: Code,
  [rows, columns]: readonly [number, number],
  read: Read,
  transform: Four,
  put: Put,
): void {
  const zero = f32x4.const(0)
  const applied = (list: readonly Local<'v128'>[]): readonly Vector[] => {
    const [a, b, c, d] = list
    return transform(a ?? zero, b ?? zero, c ?? zero, d ?? zero)
  }
  const half: Local<'v128'>[][] = []
  for (let j = 0; j < columns; j++) {
    const column = Array.from({ length: rows }, (_, i) => code.let(read(i, j)))
    for (const [i, x] of applied(column).entries()) {
      half[i] ??= []
      half[i].push(code.let(x))
    }
  }
  for (const [i, row] of half.entries()) {
    for (const [j, x] of applied(row).entries()) put(i, j, x)
  }
}

/** `G g Gᵀ` of a 3 × 3 kernel. */
export function transformWeights(code: Code, read: Read, put: Put): void {
  const half = f32x4.const(0.5)
  emitRows(
    code,
    [3, 3],
    read,
    (a, b, c) => {
      const outer = f32x4.add(a, c)
      return [a, f32x4.mul(half, f32x4.add(outer, b)), f32x4.mul(half, f32x4.sub(outer, b)), c]
    },
    put,
  )
}
