import {
  add,
  argmax,
  argsort,
  cast,
  cumsum,
  gather,
  key,
  matmul,
  maximum,
  randomBits,
  remainder,
  scatterAdd,
  sum,
  type Tensor,
  where,
  zeros,
} from '@samkit/core'
import { expect, test } from 'vitest'
import { type IntegerRange, placeOf } from './placement.ts'
import { floats, integers, planFor } from './plans.testing.ts'

/** Where the step that makes this tensor runs. */
function placeFor(t: Tensor, range: IntegerRange = 'narrow'): string {
  const plan = planFor(t)
  const last = plan.steps.at(-1)
  return last === undefined ? 'nowhere' : placeOf(last, plan, range)
}

const big = 2 ** 24 + 2

test.each([
  ['floats', 'device', add(floats(3), 1)],
  ['products of floats', 'device', matmul(zeros([2, 3]), zeros([3, 2]))],
  ['an embedding', 'device', gather(floats(4), 0, integers(3))],
  ['its gradient', 'device', scatterAdd(floats(3), integers(3), 0, 4)],
  ['a class of the largest logit', 'device', argmax(floats(4), { axis: 0 })],
  ['integers as floats', 'device', cast(integers(3), 'f32')],
  ['truths as integers', 'device', cast(floats(3).le(1), 'i32')],
  ['what moves small integers', 'device', maximum(integers(3), integers(3).neg())],
  ['sums of integers', 'host', sum(integers(3))],
  ['what adds integers', 'host', add(integers(3), 1)],
  ['what scatters integers', 'host', scatterAdd(integers(3), integers(3), 0, 4)],
  ['floats as integers', 'host', cast(floats(3), 'i32')],
  ['random numbers', 'host', randomBits(key(1), [3])],
  ['remainders, which take more places than f32 has', 'host', remainder(floats(3), 0.7)],
] as const)('%s are computed on the %s', (_, place, t) => {
  expect(placeFor(t)).toBe(place)
})

test('integers beyond 2^24 are moved and compared on the host, an index by them read there too', () => {
  expect(placeFor(maximum(integers(3), integers(3).neg()), 'wide')).toBe('host')
  expect(placeFor(where(floats(3).le(1), integers(3), integers(3).neg()), 'wide')).toBe('host')
  expect(placeFor(gather(integers(4), 0, integers(3)), 'wide')).toBe('host')
  expect(placeFor(argsort(integers(4)), 'wide')).toBe('host')
})

test('what gives or takes an index of floats stays on the device, where no index is beyond 2^24', () => {
  expect(placeFor(argsort(floats(4)), 'wide')).toBe('device')
  expect(placeFor(gather(floats(4), 0, integers(3)), 'wide')).toBe('device')
})

test('a constant beyond 2^24 is on the host also where all else is small', () => {
  const plan = planFor(maximum(integers(3), big))
  const places = plan.steps.filter(({ primitive }) => primitive.name === 'constant')
  expect(places.map((step) => placeOf(step, plan, 'narrow'))).toEqual(['host'])
})

test('what would compare too many pairs in every thread is on the host', () => {
  expect(placeFor(argsort(zeros([2 ** 13])))).toBe('device')
  expect(placeFor(argsort(zeros([2 ** 14])))).toBe('host')
  expect(placeFor(cumsum(zeros([2 ** 14]), { axis: 0 }))).toBe('host')
  expect(placeFor(cumsum(zeros([2 ** 14, 8]), { axis: 1 }))).toBe('device')
})
