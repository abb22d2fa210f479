import fc from 'fast-check'
import { fromOwned } from '../../graph/leaf.ts'
import { broadcastShapes, sameShape, sizeOf } from '../../graph/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { abs, div, floor, mul, neg, sub } from '../../ops/arithmetic.ts'
import { expand, sum } from '../../ops/broadcast.ts'
import { cast } from '../../ops/cast.ts'
import { eq, le, logicalAnd, logicalNot, logicalOr, lt } from '../../ops/compare.ts'
import { add } from '../../ops/elementwise.ts'
import { max, min } from '../../ops/extrema.ts'
import { barrier } from '../../ops/flow.ts'
import { constant, iota, scalarLike } from '../../ops/leaves.ts'
import { matmul } from '../../ops/matmul.ts'
import { maximum } from '../../ops/maximum.ts'
import { permute, reshape } from '../../ops/reshape.ts'
import { where } from '../../ops/select.ts'
import { concat, flip, padding, slice, sliceAxis } from '../../ops/slice.ts'
import { exp } from '../../ops/transcendental.ts'

/** Makes a value of two others, or of one; `n` decides what is left open. */
type Make = (x: Tensor, y: Tensor, n: number) => Tensor

const mostElements = 64
const special = [0, -0, 1, -1, 2, 0.5, -4, 3, Number.NaN, Number.POSITIVE_INFINITY]

const pick = <T>(list: readonly T[], n: number): T => list[n % list.length]!
const numeric = (x: Tensor): Tensor => (x.dtype === 'bool' ? cast(x, 'i32') : x)
const truth = (x: Tensor): Tensor => (x.dtype === 'bool' ? x : lt(x, 1))
const number = (x: Tensor, n: number): Tensor =>
  scalarLike(numeric(x), x.dtype === 'f32' ? pick(special, n) : pick([0, 1, -1, 2, 7], n))

/** Swaps, moves one axis, or leaves all where they are. */
function order(rank: number, n: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis)
  const [moved] = axes.splice(n % Math.max(1, rank), 1)
  if (moved !== undefined) axes.splice((n >> 2) % (axes.length + 1), 0, moved)
  return axes
}

/** `y` as something that broadcasts with `x`: itself, or a number. */
function beside(x: Tensor, y: Tensor): Tensor {
  try {
    return sizeOf(broadcastShapes('test', x.shape, y.shape)) <= mostElements ? y : sum(numeric(y))
  } catch {
    return sum(numeric(y))
  }
}

const binary =
  (op: (a: Tensor, b: Tensor) => Tensor): Make =>
  (x, y, n) =>
    n % 2 === 0 ? op(numeric(x), numeric(beside(x, y))) : op(numeric(beside(x, y)), numeric(x))

const axisOf = (x: Tensor, n: number): number => n % Math.max(1, x.rank)

/** Pieces along an axis, each in a place of its own, added up: what the gradient of slices is. */
const pieces: Make = (x, y, n) => {
  if (x.rank === 0) return x
  const axis = axisOf(x, n)
  const size = x.shape[axis]!
  const cut = (n >> 2) % (size + 1)
  const laid = (from: number, to: number): Tensor =>
    padding(sliceAxis(numeric(x), axis, from, to), {
      low: x.shape.map((_, a) => (a === axis ? from : 0)),
      high: x.shape.map((m, a) => (a === axis ? m - to : 0)),
      interior: x.shape.map(() => 0),
      value: 0,
    })
  const both = add(laid(cut, size), laid(0, cut))
  return sameShape(x.shape, y.shape) && n % 3 === 0 ? add(numeric(y), both) : both
}

const makes: Readonly<Record<string, Make>> = {
  add: binary(add),
  sub: binary(sub),
  mul: binary(mul),
  maximum: binary(maximum),
  eq: binary(eq),
  le: binary(le),
  neg: (x) => neg(numeric(x)),
  abs: (x) => abs(numeric(x)),
  floor: (x) => floor(numeric(x)),
  exp,
  and: (x, y) => logicalAnd(truth(x), truth(beside(x, y))),
  or: (x, y) => logicalOr(truth(beside(x, y)), truth(x)),
  not: (x) => logicalNot(truth(x)),
  where: (x, y, n) => {
    const other = beside(x, y)
    return where(n % 3 === 0 ? constant(n & 4, [], 'bool') : truth(other), numeric(x), numeric(other))
  },
  same: (x, y) => where(truth(beside(x, y)), x, x),
  cast: (x, _, n) => cast(x, pick(['f32', 'f64', 'i32', 'bool', 'f32'] as const, n)),
  addNumber: (x, _, n) => add(numeric(x), number(x, n)),
  subNumber: (x, _, n) => sub(numeric(x), number(x, n)),
  mulNumber: (x, _, n) => mul(number(x, n), numeric(x)),
  number: (x, _, n) => number(x, n),
  numbers: (x, _, n) => constant(pick(special, n), x.shape, 'f32'),
  iota: (_, __, n) => iota(n % 5, 'f32'),
  flat: (x) => reshape(x, [x.size]),
  reshape: (x, _, n) =>
    reshape(x, pick([[1, x.size], [x.size, 1], [...x.shape].reverse(), [...x.shape, 1]], n)),
  permute: (x, _, n) => permute(x, order(x.rank, n)),
  expand: (x, _, n) => {
    const shape = x.shape.map((size) => (size === 1 ? 1 + (n % 3) : size))
    const wide = n % 2 === 0 ? [2, ...shape] : shape
    return sizeOf(wide) <= mostElements ? expand(expand(x, shape), wide) : x
  },
  slice: (x, _, n) => {
    const start = x.shape.map((size) => n % (size + 1))
    return slice(x, { start, stop: x.shape, step: x.shape.map(() => 1 + ((n >> 3) % 2)) })
  },
  flip: (x, _, n) => (x.rank === 0 ? x : flip(x, n % 4 === 0 ? undefined : axisOf(x, n))),
  pad: (x, _, n) =>
    x.size > mostElements / 4
      ? x
      : padding(x, {
          low: x.shape.map((__, a) => (a === 0 ? n % 2 : 0)),
          high: x.shape.map((__, a) => (a === 1 ? (n >> 1) % 2 : 0)),
          interior: x.shape.map(() => 0),
          value: pick([0, 1], n >> 2),
        }),
  concat: (x, y, n) => {
    const fits = sameShape(x.shape, y.shape) && x.dtype === y.dtype && x.size <= mostElements / 2
    return x.rank === 0 ? x : concat(fits ? [x, y] : [x, sliceAxis(x, axisOf(x, n), 0, 0)], axisOf(x, n))
  },
  sum: (x, _, n) => (x.rank === 0 ? x : sum(x, { axis: axisOf(x, n), keepDims: n % 2 === 0 })),
  max: (x, _, n) =>
    x.size === 0 || x.rank === 0 ? x : max(numeric(x), { axis: axisOf(x, n), keepDims: true }),
  min: (x) => (x.size === 0 ? x : min(numeric(x), { keepDims: true })),
  matmul: (x, y, n) => {
    const [a, b] = [numeric(x), numeric(y)]
    const flat = reshape(a, [a.size, 1])
    const [left, right] = n % 2 === 0 ? [reshape(a, [1, a.size]), flat] : [flat, reshape(b, [1, b.size])]
    return a.size * b.size > mostElements ? a : permute(matmul(left, right), n % 3 === 0 ? [0, 1] : [1, 0])
  },
  pieces,
  barrier: (x, y) => barrier(x, y),
}

/** These tell 0 and -0 apart. */
const divisions: Readonly<Record<string, Make>> = {
  div: binary(div),
  divNumber: (x, _, n) => div(x, number(x, n)),
  divided: (x, _, n) => div(number(x, n), x),
}

/** How a random graph is built: for each step what to make, of which values, and a number for what is left open. */
export type Recipe = readonly (readonly [make: string, x: number, y: number, n: number])[]

/** Recipes of up to `length` steps; without `division` no result depends on the sign of a zero but in that sign. */
export function recipes({ division = true, length = 24 } = {}): fc.Arbitrary<Recipe> {
  const names = Object.keys(division ? { ...makes, ...divisions } : makes)
  // Mostly what was made just now, so that operations meet.
  const recent = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3, 5, 9)
  const step = fc.tuple(fc.constantFrom(...names), recent, recent, fc.nat({ max: 63 }))
  return fc.array(step, { minLength: 1, maxLength: length })
}

/** What a recipe makes of a few leaves that hold everything odd. */
export function cooked(recipe: Recipe): Tensor[] {
  const values = [
    fromOwned(Float32Array.of(-0, 0.1, Number.NaN, 1e-42, Number.NEGATIVE_INFINITY, 3), [2, 3]),
    fromOwned(Float32Array.of(-1.5, 0, 7), [1, 3]),
    fromOwned(Float32Array.of(-0), [1]),
    fromOwned(Int32Array.of(3, -(2 ** 31), 0, 5), [2, 2]),
  ]
  const leaves = values.length
  const recent = (n: number): Tensor => values[values.length - 1 - (n % values.length)]!
  for (const [make, x, y, n] of recipe)
    values.push({ ...makes, ...divisions }[make]!(recent(x), recent(y), n))
  return values.slice(leaves)
}
