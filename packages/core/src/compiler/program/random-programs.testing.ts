import fc from 'fast-check'
import { softmax } from '../../functions/softmax.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { mul, neg, sub } from '../../ops/arithmetic.ts'
import { expand, sum } from '../../ops/broadcast.ts'
import { randomNumbers } from '../../ops/cases/values.ts'
import { add } from '../../ops/elementwise.ts'
import { max } from '../../ops/extrema.ts'
import { barrier } from '../../ops/flow.ts'
import { matmul } from '../../ops/matmul.ts'
import { maximum } from '../../ops/maximum.ts'
import { permute, reshape } from '../../ops/reshape.ts'
import { concat, flip, padding, slice } from '../../ops/slice.ts'
import { sin, tanh } from '../../ops/transcendental.ts'
import { windows } from '../../ops/windows.ts'
import { numbers } from './programs.testing.ts'

/** Draws whole numbers from 0 up to a limit. */
type Draw = (limit: number) => number

/** Another shape with as many elements. */
function otherShape(count: number, draw: Draw): number[] {
  const shape: number[] = []
  let left = count
  while (left > 1 && shape.length < 4) {
    const divisors = Array.from({ length: left }, (_, i) => i + 1).filter((d) => left % d === 0)
    const next = divisors[draw(divisors.length)]!
    shape.push(next)
    left /= next
  }
  return left > 1 ? [...shape, left] : shape
}

function someAxes(x: Tensor, draw: Draw): number[] {
  const axes = x.shape.map((_, axis) => axis).filter(() => draw(2) === 0)
  return axes.length === 0 && x.rank > 0 ? [draw(x.rank)] : axes
}

/** `y` in a shape that broadcasts against `x`: as it is, reduced to some of the axes, or repeated. */
function fitting(x: Tensor, y: Tensor, draw: Draw): Tensor {
  if (sizeOf(y.shape) === sizeOf(x.shape)) return reshape(y, x.shape)
  const kept = x.shape.map((n) => (draw(2) === 0 ? n : 1))
  const flat = reshape(y, [y.size])
  const count = sizeOf(kept)
  const piece = slice(flat, { start: [0], stop: [Math.min(count, y.size)], step: [1] })
  return piece.size === count
    ? reshape(piece, kept)
    : reshape(
        slice(flat, { start: [0], stop: [1], step: [1] }),
        x.shape.map(() => 1),
      )
}

type Move = (x: Tensor, y: Tensor, draw: Draw) => Tensor

const moves: readonly Move[] = [
  (x) => sin(x),
  (x) => neg(x),
  (x) => tanh(x),
  (x, y, draw) => add(x, fitting(x, y, draw)),
  (x, y, draw) => mul(x, fitting(x, y, draw)),
  (x, y, draw) => sub(fitting(x, y, draw), x),
  (x, y, draw) => maximum(x, fitting(x, y, draw)),
  (x, _, draw) => reshape(x, otherShape(x.size, draw)),
  (x, _, draw) => {
    const keys = x.shape.map((): number => draw(100))
    return permute(
      x,
      [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!),
    )
  },
  (x, _, draw) => {
    const start = x.shape.map((n) => draw(n))
    const stop = x.shape.map((n, axis) => start[axis]! + 1 + draw(n - start[axis]!))
    return slice(x, { start, stop, step: x.shape.map(() => 1 + draw(2)) })
  },
  (x, _, draw) => flip(x, someAxes(x, draw)),
  (x, _, draw) =>
    padding(x, {
      low: x.shape.map(() => draw(2)),
      high: x.shape.map(() => draw(2)),
      interior: x.shape.map(() => (draw(4) === 0 ? 1 : 0)),
      value: draw(2),
    }),
  (x, _, draw) => expand(reshape(x, [1, ...x.shape]), [1 + draw(3), ...x.shape]),
  (x, _, draw) => sum(x, { axis: someAxes(x, draw), keepDims: draw(2) === 0 }),
  (x, _, draw) => max(x, { axis: someAxes(x, draw), keepDims: draw(2) === 0 }),
  (x, _, draw) => (x.rank === 0 ? x : softmax(x, { axis: someAxes(x, draw) })),
  (x, y, draw) => {
    const axis = x.rank === 0 ? -1 : draw(x.rank)
    return axis < 0 ? x : concat(draw(2) === 0 ? [x, x] : [x, mul(x, fitting(x, y, draw)), x], axis)
  },
  (x, _, draw) => {
    const axis = x.rank === 0 ? 0 : draw(x.rank)
    if (x.rank === 0) return x
    // Cut apart and joined by padding, as the gradients of slices are.
    const n = x.shape[axis]!
    const cut = draw(n + 1)
    const piece = (from: number, to: number): Tensor => {
      const part = slice(x, {
        start: x.shape.map((_, a) => (a === axis ? from : 0)),
        stop: x.shape.map((m, a) => (a === axis ? to : m)),
        step: x.shape.map(() => 1),
      })
      return padding(tanh(part), {
        low: x.shape.map((_, a) => (a === axis ? from : 0)),
        high: x.shape.map((_, a) => (a === axis ? n - to : 0)),
        interior: x.shape.map(() => 0),
        value: 0,
      })
    }
    return add(piece(0, cut), piece(cut, n))
  },
  (x, y, draw) => {
    if (x.rank < 2) return x
    const order = x.shape.map((_, axis) => axis)
    const turned = permute(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2])
    if (draw(3) > 0) return draw(2) === 0 ? matmul(x, turned) : matmul(turned, x)
    const inner = x.shape.at(-1)!
    return y.shape.at(-1) === inner ? matmul(x, permute(reshape(y, [-1, inner]), [1, 0])) : x
  },
  (x, _, draw) => {
    const last = x.shape.at(-1) ?? 1
    if (x.rank === 0) return x
    const size = 1 + draw(Math.min(3, last))
    return windows(x, { size: [size], stride: [1 + draw(2)], dilation: [1] })
  },
  (x, y) => barrier(x, y),
]

/** How a random program is built: for each operation its number, the values it reads, and a seed for its choices. */
export type Script = readonly (readonly [move: number, x: number, y: number, seed: number])[]

/** Scripts of up to `length` operations. */
export function scripts(length: number): fc.Arbitrary<Script> {
  const line = fc.tuple(fc.nat({ max: moves.length - 1 }), fc.nat({ max: 30 }), fc.nat({ max: 30 }), fc.nat())
  return fc.array(line, { minLength: 1, maxLength: length })
}

/** The values that a script makes of the leaves, leaves first. What grows beyond `limit` elements is left out. */
export function acted(script: Script, leaves: readonly Tensor[], limit: number = 300): Tensor[] {
  const values = [...leaves]
  for (const [move, a, b, seed] of script) {
    const random = randomNumbers(seed)
    const recent = (n: number): Tensor => values[values.length - 1 - (n % values.length)]!
    const made = moves[move]!(recent(a), recent(b), (below) => Math.floor(random() * below))
    if (made.size > 0 && made.size <= limit) values.push(made)
  }
  return values
}

/** Leaves of different shapes that random programs start from. */
export function leaves(): Tensor[] {
  return [numbers([2, 3, 4], 1), numbers([4, 6], 2), numbers([24], 3), numbers([3], 4)]
}
