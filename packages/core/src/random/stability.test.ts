import { expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.ts'
import { zeros } from '../tensor/fill.ts'
import { dataSync } from '../tensor/value.ts'
import { bernoulli } from './bernoulli.ts'
import { categorical } from './categorical.ts'
import { randomBits } from './draw.ts'
import { foldIn, key, split } from './key.ts'
import { normal } from './normal.ts'
import { permutation } from './permutation.ts'
import { randint } from './randint.ts'
import { truncatedNormal } from './truncated-normal.ts'
import { uniform } from './uniform.ts'

// A seed must give the same run years from now, and on another backend: these numbers are part of the interface.

const k = key(0)
const numbers = (t: Tensor): number[] => [...dataSync(t)]

it('key 0 draws the published words of Philox', () => {
  const published = [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]
  expect(numbers(randomBits(k, [4]))).toEqual(published.map((word) => word | 0))
  expect(numbers(uniform(k, [4]))).toEqual(published.map((word) => (word >>> 8) / 2 ** 24))
})

it('the children of key 0 stay the same', () => {
  expect(split(k).map(numbers)).toEqual([
    [-584071916, -1376411429],
    [-1184862298, -2117178884],
  ])
  expect(numbers(foldIn(k, 0))).toEqual([768504805, 323543615])
})

it('the real numbers of key 0 stay the same, to the last bit', () => {
  expect(numbers(normal(k, [4]))).toEqual([
    0.25581592321395874, -1.1775912046432495, -0.6301836967468262, -0.26756229996681213,
  ])
  expect(numbers(normal(k, [2], { dtype: 'f64' }))).toEqual([-1.2761371098467977, 0.7201614890574087])
  expect(numbers(truncatedNormal(k, [4]))).toEqual([
    0.24393677711486816, -1.0948389768600464, -0.5977236032485962, -0.255113810300827,
  ])
})

it('the choices of key 0 stay the same', () => {
  expect(numbers(permutation(k, 8))).toEqual([1, 3, 4, 7, 6, 2, 0, 5])
  expect(numbers(randint(k, [8], { high: 1000 }))).toEqual([541, 157, 52, 464, 868, 499, 307, 863])
  expect(numbers(bernoulli(k, 0.5, [8]))).toEqual([1, 0, 0, 0, 0, 1, 0, 1])
  expect(numbers(categorical(k, zeros([8, 10])))).toEqual([8, 0, 1, 9, 5, 6, 3, 8])
})
