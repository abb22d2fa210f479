import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pushforward } from '../autodiff/forward.ts'
import { pullback } from '../autodiff/reverse.ts'
import { type DType, dtypes, promote } from '../graph/dtype.ts'
import { sameShape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { dataSync } from '../tensor/value.ts'
import { argsort } from './argsort.ts'
import { abs, div, mul, sub } from './arithmetic.ts'
import { expand, sum } from './broadcast.ts'
import { broadcastable, shapes, sizes } from './cases/shapes.ts'
import { leafOf } from './cases/use.ts'
import { arrays, hostArray, randomNumbers } from './cases/values.ts'
import { eq, logicalAnd, logicalNot } from './compare.ts'
import { cumsum } from './cumsum.ts'
import type { TensorLike } from './define.ts'
import { add, type BinaryOp } from './elementwise.ts'
import { argmax, argmin, max, min } from './extrema.ts'
import { gather, scatterAdd } from './gather.ts'
import { constant } from './leaves.ts'
import { matmul } from './matmul.ts'
import { maximum } from './maximum.ts'
import { permute, reshape } from './reshape.ts'
import { where } from './select.ts'
import { concat, flip } from './slice.ts'
import { direction, dot, moved } from './testing/derivatives.testing.ts'
import { broadcastAt, positions } from './testing/nd.testing.ts'
import { runs } from './testing/run.testing.ts'
import { exp, pow } from './transcendental.ts'

// What the functions people call add to the primitives: numbers as operands, common dtypes, axes from the end.

const one = (dtype: DType): Tensor => constant(1, [2], dtype)

describe('operands of two dtypes', () => {
  test('meet at the wider one', () => {
    for (const a of dtypes) {
      for (const b of dtypes) {
        const wider = promote(a, b)
        const number = wider === 'bool' ? 'i32' : wider
        for (const op of [add, sub, mul, maximum]) expect(op(one(a), one(b)).dtype).toBe(number)
        expect(matmul(one(a), one(b)).dtype).toBe(number)
        expect(concat([one(a), one(b)]).dtype).toBe(wider)
        expect(where(one('bool'), one(a), one(b)).dtype).toBe(wider)
        expect(eq(one(a), one(b)).dtype).toBe('bool')
      }
    }
  })

  test('become floating where only floats have a result', () => {
    for (const dtype of dtypes) {
      const float = dtype === 'f64' ? 'f64' : 'f32'
      expect([exp(one(dtype)), div(one(dtype), one(dtype)), pow(one(dtype), 2)].map((t) => t.dtype)).toEqual([
        float,
        float,
        float,
      ])
    }
    expect(dataSync(div(constant(7, [1], 'i32'), 2))).toEqual(Float32Array.of(3.5))
  })

  test('keep the gradient of the narrower one in its own dtype', () => {
    const [a, b] = [leafOf(hostArray([2], 'f32', [1, 2])), leafOf(hostArray([2], 'f64', [3, 4]))]
    const y = mul(a, b)
    const [da, db] = pullback([y], [constant(1, [2], 'f64')], [a, b])
    expect([dataSync(da!), dataSync(db!)]).toEqual([Float32Array.of(3, 4), Float64Array.of(1, 2)])
  })
})

describe('a number or boolean as an operand', () => {
  const rows: readonly [DType, TensorLike, DType][] = [
    ['f32', 2.5, 'f32'],
    ['f32', 1e300, 'f32'],
    ['f64', 2, 'f64'],
    ['i32', 2, 'i32'],
    ['i32', -0, 'i32'],
    ['i32', true, 'i32'],
    ['i32', 2.5, 'f32'],
    ['i32', Number.NaN, 'f32'],
    ['i32', Number.POSITIVE_INFINITY, 'f32'],
    ['bool', 2, 'i32'],
    ['bool', true, 'i32'],
    ['bool', 0.5, 'f32'],
  ]

  test.each(rows)(
    'takes the dtype of the tensor and widens it only by kind: %s and %s make %s',
    (dtype, x, expected) => {
      const ops: readonly BinaryOp[] = [add, mul]
      for (const op of ops)
        expect([op(one(dtype), x).dtype, op(x, one(dtype)).dtype]).toEqual([expected, expected])
    },
  )

  test('stays what it is where both are', () => {
    expect([add(1, 2).dtype, where(one('bool'), 1, 0).dtype, where(one('bool'), true, false).dtype]).toEqual([
      'f32',
      'f32',
      'bool',
    ])
    expect([logicalAnd(one('bool'), false), logicalNot(true)].map((t) => t.dtype)).toEqual(['bool', 'bool'])
    expect([abs(true).dtype, exp(1).dtype]).toEqual(['i32', 'f32'])
  })
})

test('booleans are counted', () => {
  const x = leafOf(hostArray([3], 'bool', [1, 0, 1]))
  expect([dataSync(sum(x)), dataSync(cumsum(x, { axis: 0 }))]).toEqual([
    Int32Array.of(2),
    Int32Array.of(1, 1, 2),
  ])
})

test('a negative axis counts from the end', () => {
  const drawn = fc.tuple(shapes({ minRank: 1, minSize: 1 }), fc.nat())
  const index = (x: Tensor, axis: number): Tensor => argsort(x, { axis })
  fc.assert(
    fc.property(
      drawn.chain(([shape, coin]) =>
        fc.tuple(arrays(shape, 'f64', 'smooth'), fc.constant(coin % shape.length)),
      ),
      ([host, axis]) => {
        const x = leafOf(host)
        const ops: readonly ((axis: number) => Tensor)[] = [
          ...[sum, max, min, argmax, argmin].map((op) => (a: number) => op(x, { axis: a })),
          (a) => sum(x, { axis: [a], keepDims: true }),
          (a) => cumsum(x, { axis: a }),
          (a) => argsort(x, { axis: a, descending: true }),
          (a) => flip(x, a),
          (a) => concat([x, x], a),
          (a) => gather(x, a, index(x, axis)),
          (a) => scatterAdd(x, index(x, axis), a, x.shape[axis]!),
        ]
        for (const op of ops) {
          const [front, end] = [op(axis), op(axis - x.rank)]
          expect([end.shape, end.dtype]).toEqual([front.shape, front.dtype])
          expect(dataSync(end)).toEqual(dataSync(front))
        }
        const order = x.shape.map((_, i) => (i + 1) % x.rank)
        expect(
          permute(
            x,
            order.map((i) => i - x.rank),
          ).shape,
        ).toEqual(permute(x, order).shape)
      },
    ),
    runs(0.3),
  )
})

test('what changes nothing is the tensor itself', () => {
  const x = one('f32')
  const same = [
    reshape(x, [2]),
    reshape(x, [-1]),
    permute(x, [0]),
    expand(x, [2]),
    expand(x, [-1]),
    sum(x, { axis: [] }),
  ]
  for (const t of same) expect(t).toBe(x)
})

test('a size of -1 is worked out, or kept', () => {
  const x = constant(1, [2, 1, 6], 'f32')
  expect(reshape(x, [-1, 4]).shape).toEqual([3, 4])
  expect(reshape(x, [2, -1]).shape).toEqual([2, 6])
  expect(expand(x, [5, -1, 3, -1]).shape).toEqual([5, 2, 3, 6])
})

describe('matmul', () => {
  /** Batch axes that broadcast, and vectors on either side. */
  const operands = fc
    .record({
      batches: broadcastable(2, { maxRank: 2, limit: 4 }),
      sizes: fc.tuple(sizes(), sizes(), sizes()),
      same: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 2 }),
      vectors: fc.constantFrom('neither', 'neither', 'neither', 'left', 'right', 'both'),
    })
    .chain(({ batches: [left = [], right = []], sizes: [m, k, n], same, vectors }) => {
      const rows = vectors === 'left' || vectors === 'both' ? [] : [...left, same ?? m]
      const columns =
        vectors === 'right' || vectors === 'both' ? [same ?? k] : [...right, same ?? k, same ?? n]
      return fc.tuple(arrays([...rows, same ?? k], 'f64', 'smooth'), arrays(columns, 'f64', 'smooth'))
    })

  test('is the sum of products over the inner axis, batch axes broadcasting, vectors dropping theirs', () => {
    fc.assert(
      fc.property(operands, ([a, b]) => {
        const product = matmul(leafOf(a), leafOf(b))
        const inner = a.shape.at(-1)!
        // With the axes put back that vectors lack.
        const wideA = { ...a, shape: a.shape.length === 1 ? [1, inner] : a.shape }
        const wideB = { ...b, shape: b.shape.length === 1 ? [inner, 1] : b.shape }
        const batchOf = (shape: readonly number[]): readonly number[] => shape.slice(0, -2)
        const rank = Math.max(batchOf(wideA.shape).length, batchOf(wideB.shape).length)
        const batch = Array.from({ length: rank }, (_, i) => {
          const [p = 1, q = 1] = [wideA, wideB].map(
            ({ shape }) => batchOf(shape)[i - rank + shape.length - 2],
          )
          return p === 1 ? q : p
        })
        const full = [...batch, wideA.shape.at(-2)!, wideB.shape.at(-1)!]
        const shape = full.filter(
          (_, i) => !(i === rank && a.shape.length === 1) && !(i === rank + 1 && b.shape.length === 1),
        )
        expect(product.shape).toEqual(shape)
        const values = positions(full).map((index) => {
          const [row, column] = [index.at(-2)!, index.at(-1)!]
          const terms = Array.from({ length: inner }, (_, l) => {
            const left = broadcastAt(wideA, [...index.slice(0, -2), row, l])
            const right = broadcastAt(wideB, [...index.slice(0, -2), l, column])
            return left * right
          })
          return terms.reduce((s, t) => s + t, 0)
        })
        expect(Array.from(dataSync(product))).toEqual(values)
      }),
    )
  })

  test('has gradients of the shapes of its operands, and right ones', () => {
    fc.assert(
      fc.property(operands, fc.integer(), ([a, b], seed) => {
        const random = randomNumbers(seed)
        const [x, y] = [leafOf(a), leafOf(b)]
        const product = matmul(x, y)
        const [ct, ta, tb] = [direction(product, random), direction(a, random), direction(b, random)]
        const pulled = pullback([product], [leafOf(ct)], [x, y])
        expect(sameShape(pulled[0]!.shape, a.shape) && sameShape(pulled[1]!.shape, b.shape)).toBe(true)
        const byReverse = dot(dataSync(pulled[0]!), ta.data) + dot(dataSync(pulled[1]!), tb.data)
        const [pushed] = pushforward([x, y], [leafOf(ta), leafOf(tb)], [product])
        const forward = dot(dataSync(pushed!), ct.data)
        const ahead = dataSync(matmul(leafOf(moved(a, ta, 1e-3)), leafOf(moved(b, tb, 1e-3))))
        const behind = dataSync(matmul(leafOf(moved(a, ta, -1e-3)), leafOf(moved(b, tb, -1e-3))))
        const byDifferences = dot(
          Array.from(ahead, (v, i) => (v - behind[i]!) / 2e-3),
          ct.data,
        )
        expect(byReverse).toBeCloseTo(forward, 9)
        expect(byDifferences).toBeCloseTo(forward, 7)
      }),
      runs(0.5),
    )
  })

  test('of integers is exact where doubles would not be', () => {
    const a = hostArray([1, 2], 'i32', [2 ** 30, 123456789])
    const b = hostArray([2, 1], 'i32', [5, 987654321])
    const exact = BigInt.asIntN(32, 2n ** 30n * 5n + 123456789n * 987654321n)
    expect(dataSync(matmul(leafOf(a), leafOf(b)))).toEqual(Int32Array.of(Number(exact)))
  })
})
