import {
  add,
  argsort,
  cast,
  concat,
  conv2d,
  cumsum,
  div,
  exp,
  expand,
  flip,
  gather,
  le,
  matmul,
  max,
  maximum,
  maxPool2d,
  mean,
  mul,
  neg,
  pad,
  permute,
  remainder,
  reshape,
  scatterAdd,
  sigmoid,
  sin,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  variance,
  where,
} from '@samkit/core'
import fc from 'fast-check'

// Random graphs on matrices of one shape, by numbers: a wrong order, a wrong place in memory or a race shows as other numbers.

/** An operation on tensors of shape `[n, n]`. */
type Step = (a: Tensor, b: Tensor) => Tensor

const sizeOf = ({ shape }: Tensor): number => shape[0] ?? 0

/** Operations on floats whose results hang smoothly together with what they are given, and stay small. */
const smooth: readonly Step[] = [
  (a, b) => tanh(add(a, b)),
  (a, b) => mul(sin(a), sigmoid(b)),
  (a, b) => tanh(matmul(a, b)),
  (a, b) => tanh(matmul(transpose(a), b)),
  (a, b) => sub(a, mean(b, { axis: 1, keepDims: true })),
  (a, b) => add(softmax(a, { axis: 1 }), softmax(b, { axis: 0 })),
  (a, b) => maximum(a, neg(b)),
  (a) => div(sub(a, mean(a, { axis: 1, keepDims: true })), add(variance(a, { axis: 1, keepDims: true }), 1)),
  (a, b) => tanh(sub(a, max(b, { axis: 0, keepDims: true }))),
  (a, b) => where(le(a, 0.25), mul(a, 0.5), add(0.125, mul(b, sub(a, 0.25)))),
  (a) => flip(permute(a, [1, 0]), [0]),
  (a) =>
    pad(slice(a, { start: [1, 0], stop: [sizeOf(a), sizeOf(a) - 1], step: [1, 1] }), [
      [0, 1],
      [1, 0],
    ]),
  (a, b) => tanh(mul(sum(exp(neg(mul(a, a))), { axis: 0, keepDims: true }), b)),
  (a) => tanh(cumsum(a, { axis: 1 })),
  (a, b) => {
    const n = sizeOf(a)
    const image = reshape(concat([a, b], 0), [1, 2, n, n])
    const kernel = reshape(
      slice(concat([a, b], 0), { start: [0, 0], stop: [6, 3], step: [1, 1] }),
      [1, 2, 3, 3],
    )
    return tanh(reshape(conv2d(image, kernel, { padding: 1 }), [n, n]))
  },
  (a, b) => {
    const n = sizeOf(a)
    const pooled = maxPool2d(reshape(a, [1, 1, n, n]), { kernelSize: 2 })
    const half = n / 2
    const wide = expand(reshape(pooled, [half, 1, half, 1]), [half, 2, half, 2])
    return mul(reshape(wide, [n, n]), b)
  },
]

/** The numbers 0 to n - 1 for each element, made of whole numbers. */
function indices(a: Tensor): Tensor {
  return remainder(a, sizeOf(a))
}

/** Operations on whole numbers: results are exact, so nothing may differ at all. */
const exact: readonly Step[] = [
  add,
  sub,
  mul,
  maximum,
  (a, b) => where(le(a, b), a, neg(b)),
  (a, b) => add(a, sum(b, { axis: 1, keepDims: true })),
  (a, b) => sub(max(a, { axis: 0, keepDims: true }), b),
  (a, b) => gather(a, 0, indices(b)),
  (a, b) => gather(a, 1, indices(b)),
  (a, b) => scatterAdd(a, indices(b), 1, sizeOf(a)),
  (a) => argsort(a, { axis: 1 }),
  (a) => cumsum(a, { axis: 0 }),
  (a, b) => cast(le(a, b), 'i32'),
  (a) => transpose(a),
  (a) => reshape(flip(reshape(a, [sizeOf(a) * sizeOf(a)]), [0]), a.shape),
]

/** How a random graph is built: for each operation its number and the two values it reads. */
export type Recipe = readonly (readonly [step: number, a: number, b: number])[]

/** Recipes of up to `length` operations. */
export function recipes(length: number): fc.Arbitrary<Recipe> {
  return fc.array(fc.tuple(fc.nat({ max: 1000 }), fc.nat({ max: 50 }), fc.nat({ max: 50 })), {
    minLength: 1,
    maxLength: length,
  })
}

function cooked(steps: readonly Step[], leaves: readonly Tensor[], recipe: Recipe): Tensor[] {
  const values = [...leaves]
  for (const [step, a, b] of recipe) {
    const recent = (n: number): Tensor => values[values.length - 1 - (n % values.length)]!
    values.push(steps[step % steps.length]!(recent(a), recent(b)))
  }
  return values.slice(leaves.length)
}

/** A number between -1 and 1 that looks random. */
function noise(i: number): number {
  const x = Math.sin(i * 12.9898 + 4.1414) * 43758.5453
  return 2 * (x - Math.floor(x)) - 1
}

/** The values of a recipe over floats, of shape `[n, n]`; `n` is even. */
export function floatGraph(recipe: Recipe, n: number, dtype: 'f32' | 'f64'): Tensor[] {
  const leaf = (seed: number): Tensor =>
    tensor(
      Float64Array.from({ length: n * n }, (_, i) => noise(seed + i)),
      { shape: [n, n], dtype },
    )
  return cooked(smooth, [leaf(1), leaf(1e6)], recipe)
}

/** The values of a recipe over whole numbers, of shape `[n, n]`. */
export function intGraph(recipe: Recipe, n: number): Tensor[] {
  const leaf = (seed: number): Tensor =>
    tensor(
      Int32Array.from({ length: n * n }, (_, i) => Math.round(9 * noise(seed + i))),
      { shape: [n, n] },
    )
  return cooked(exact, [leaf(1), leaf(1e6)], recipe)
}
