import type { Tensor } from '@samkit/core'
import { rewritePlan } from '@samkit/core/compiler'
import { expect, test } from 'vitest'
import { mostElements } from '../kernels/device-kernel.ts'
import { dialectOf } from '../math/dialect.ts'
import { type DeviceProgram, deviceProgram } from './device-program.ts'
import { floats, planFor } from './plans.testing.ts'

const programFor = (t: Tensor): DeviceProgram =>
  deviceProgram(rewritePlan(planFor(t)).plan, dialectOf('webgl2'))

/** The sum over an axis of as many products of a column and a row, which are nowhere in memory. */
function productsOf(side: number, count: number): Tensor {
  const terms = Array.from({ length: count }, () => floats(side).reshape(side, 1).mul(floats(side)).sin())
  return terms.reduce((sum, term) => sum.add(term)).sum({ axis: 1 })
}

test('a reduction over more than 2^24 elements is computed where none of them is stored', () => {
  const { kernels } = programFor(productsOf(5000, 2))
  expect(Math.max(...kernels.map(({ size }) => size))).toBeLessThanOrEqual(mostElements)
})

test('a value on the way of more than 2^24 elements is refused, like one that is asked for', () => {
  const message = expect.stringContaining('a tensor of 25000000 elements is more than gpu.js can count')
  const cause = expect.objectContaining({ message })
  expect(() => programFor(productsOf(5000, 9))).toThrow(expect.objectContaining({ cause }))
})
