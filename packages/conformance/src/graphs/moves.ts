import { type DType, OpError, type Tensor } from '@samkit/core'
import { hostArray } from '@samkit/core/testing'
import { isFloat } from '../compare/units.ts'
import type { Grown, Growth } from './growth.ts'

/** What a move is made from: two values of the program, and numbers to choose by. */
export interface Choice {
  readonly a: Grown
  readonly b: Grown
  /** A whole number below `n`, another each time. */
  pick(n: number): number
  /** The dtypes that may come up. */
  readonly dtypes: readonly DType[]
}

/** Adds an operation, or a few, to a program. Throws OpError where the values do not fit. */
export type Move = (growth: Growth, choice: Choice) => Grown

const scalar = (growth: Growth, like: Tensor, value: number): Grown =>
  growth.step('constant', [], { value, shape: [], dtype: like.dtype })

const unary =
  (primitive: string): Move =>
  (growth, { a }) =>
    growth.step(primitive, [a])

const binary =
  (primitive: string): Move =>
  (growth, { a, b }) =>
    growth.step(primitive, [a, b])

/** 1 + x²: positive, and smooth. */
function positive(growth: Growth, x: Grown): Grown {
  return growth.step('add', [growth.step('mul', [x, x]), scalar(growth, x.tensor, 1)])
}

/** A number between -1 and 1 for each. */
const tamed = (growth: Growth, x: Grown): Grown => growth.step('tanh', [x])

/** Some axis; a scalar has none, so that another move takes the place. */
function axisOf({ shape }: Tensor, pick: Choice['pick']): number {
  if (shape.length === 0) throw new OpError('graph', 'a scalar has no axis')
  return pick(shape.length)
}

const reduction =
  (primitive: string, { several }: { readonly several: boolean }): Move =>
  (growth, { a, pick }) => {
    const axes = a.tensor.shape.map((_, axis) => axis)
    const some = several ? axes.filter(() => pick(2) === 0) : [axisOf(a.tensor, pick)]
    return growth.step(primitive, [a], { axes: some, keepDims: pick(2) === 0 })
  }

/** Indices into an axis of `length`, as many as `of` has along it. */
function indices(growth: Growth, { shape }: Tensor, length: number, pick: Choice['pick']): Grown {
  const size = shape.reduce((a, b) => a * b, 1)
  const values = Array.from({ length: size }, () => pick(Math.max(1, length)))
  return growth.leaf(hostArray(shape, 'i32', values))
}

/** Moves that put elements elsewhere, or add them up. */
const movement: readonly Move[] = [
  (growth, { a, pick }) => {
    const { shape, size } = a.tensor
    const flat = [size]
    const split = size % 2 === 0 && size > 0 ? [2, size / 2] : [1, size]
    return growth.step('reshape', [a], {
      shape: [flat, split, [...shape].reverse(), [1, ...shape]][pick(4)] ?? flat,
    })
  },
  (growth, { a, pick }) => {
    const order = a.tensor.shape.map((_, axis) => axis)
    for (let i = order.length - 1; i > 0; i--) {
      const j = pick(i + 1)
      const [x = 0, y = 0] = [order[i], order[j]]
      order[i] = y
      order[j] = x
    }
    return growth.step('permute', [a], { order })
  },
  (growth, { a, pick }) => growth.step('expand', [a], { shape: [1 + pick(3), ...a.tensor.shape] }),
  (growth, { a, pick }) => {
    const ends = a.tensor.shape.map((n) => [pick(n + 1), pick(n + 1), 1 + pick(2)] as const)
    return growth.step('slice', [a], {
      start: ends.map(([x, y]) => Math.min(x, y)),
      stop: ends.map(([x, y]) => Math.max(x, y)),
      step: ends.map(([, , step]) => step),
    })
  },
  (growth, { a, pick }) => {
    const amounts = (): number[] => a.tensor.shape.map(() => pick(3))
    return growth.step('pad', [a], { low: amounts(), high: amounts(), interior: amounts(), value: 0 })
  },
  (growth, { a, pick }) =>
    growth.step('flip', [a], { axes: a.tensor.shape.map((_, axis) => axis).filter(() => pick(2) === 0) }),
  (growth, { a, b, pick }) => {
    const axis = axisOf(a.tensor, pick)
    return growth.step('concat', [a, b, a], { axis })
  },
  (growth, { a, pick }) => {
    axisOf(a.tensor, pick)
    const size = 1 + pick(2)
    const attrs = { size: [size], stride: [1 + pick(2)], dilation: [1] }
    const seen = growth.step('windows', [a], attrs)
    const lengths = a.tensor.shape.slice(-1)
    return pick(2) === 0 ? seen : growth.step('fold', [seen], { ...attrs, lengths })
  },
]

const gathering: readonly Move[] = [
  (growth, { a, pick }) => {
    const axis = axisOf(a.tensor, pick)
    return growth.step('gather', [a, indices(growth, a.tensor, a.tensor.shape[axis] ?? 1, pick)], { axis })
  },
  (growth, { a, pick }) => {
    const axis = axisOf(a.tensor, pick)
    const size = 1 + pick(3)
    return growth.step('scatterAdd', [a, indices(growth, a.tensor, size, pick)], { axis, size })
  },
]

const products: readonly Move[] = [
  (growth, { a, pick }) => {
    const { shape } = a.tensor
    const order = shape.map((_, axis) => axis)
    const swapped = [...order.slice(0, -2), ...order.slice(-2).reverse()]
    const turned = growth.step('permute', [a], { order: swapped })
    return growth.step('matmul', pick(2) === 0 ? [a, turned] : [turned, a])
  },
  (growth, { a, b }) => growth.step('matmul', [a, b]),
  (growth, { a, b, pick }) => {
    const x = growth.step('reshape', [a], { shape: [1, 1, a.tensor.size] })
    const w = growth.step('reshape', [b], { shape: [1, 1, b.tensor.size] })
    const kernel = growth.step('slice', [w], {
      start: [0, 0, 0],
      stop: [1, 1, Math.min(3, b.tensor.size)],
      step: [1, 1, 1],
    })
    return growth.step('conv', [x, kernel], {
      stride: [1 + pick(2)],
      padding: [[pick(3), 2]],
      dilation: [1 + pick(2)],
      inputDilation: [1 + pick(2)],
      groups: 1,
    })
  },
]

/** Moves that sum up, put elsewhere and multiply: smooth on floats, exact on whole numbers. */
const summing: readonly Move[] = [
  reduction('sum', { several: true }),
  reduction('max', { several: true }),
  (growth, { a, pick }) =>
    growth.step('cumsum', [a], { axis: axisOf(a.tensor, pick), reverse: pick(2) === 0 }),
  ...movement,
  ...gathering,
  ...products,
]

/** Moves on floats around which they are smooth, so that gradients can be compared too. */
export const smoothMoves: readonly Move[] = [
  unary('neg'),
  unary('tanh'),
  unary('sin'),
  unary('cos'),
  unary('erf'),
  (growth, { a }) => growth.step('exp', [tamed(growth, a)]),
  (growth, { a }) => growth.step('log', [positive(growth, a)]),
  (growth, { a }) => growth.step('sqrt', [positive(growth, a)]),
  (growth, { a }) => growth.step('expm1', [tamed(growth, a)]),
  (growth, { a }) => growth.step('log1p', [growth.step('mul', [a, a])]),
  binary('add'),
  binary('sub'),
  binary('mul'),
  (growth, { a, b }) => growth.step('div', [a, positive(growth, b)]),
  (growth, { a, b }) => growth.step('pow', [positive(growth, a), tamed(growth, b)]),
  binary('maximum'),
  unary('abs'),
  ...summing,
]

/** Moves that give whole numbers or booleans, of any values. */
const deciding: readonly Move[] = [
  binary('eq'),
  binary('lt'),
  binary('le'),
  binary('and'),
  binary('or'),
  unary('not'),
  (growth, { a, b, pick }) => growth.step('where', [growth.step(pick(2) === 0 ? 'lt' : 'le', [a, b]), a, b]),
  (growth, { a, pick, dtypes }) => growth.step('cast', [a], { dtype: dtypes[pick(dtypes.length)] ?? 'f32' }),
  reduction('argmax', { several: false }),
  reduction('argmin', { several: false }),
  (growth, { a, pick }) =>
    growth.step('argsort', [a], { axis: axisOf(a.tensor, pick), descending: pick(2) === 0 }),
]

/** Moves with jumps, kinks and ties. */
const jumping: readonly Move[] = [
  unary('floor'),
  unary('sign'),
  binary('minimum'),
  reduction('min', { several: true }),
  (growth, { a, b }) => growth.step('remainder', [a, isFloat(b.tensor.dtype) ? positive(growth, b) : b]),
]

/** Moves of any kind. */
export const anyMoves: readonly Move[] = [...smoothMoves, ...deciding, ...jumping]

/** Moves that are exact on whole numbers and booleans. */
export const exactMoves: readonly Move[] = [
  unary('neg'),
  unary('abs'),
  binary('add'),
  binary('sub'),
  binary('mul'),
  binary('maximum'),
  ...summing,
  ...deciding,
  ...jumping,
]
