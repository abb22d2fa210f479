import { expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { tensor } from '../tensor/create.ts'
import { clip } from './clip.ts'
import { f64, flatOf, i32, slopesOf } from './values.testing.ts'

it('clip keeps elements between the bounds, and NaN as it is', async () => {
  const x = f64([-2, -1, 0, 1, 2, Number.NaN])
  expect(await flatOf(clip(x, { min: -1, max: 1 }))).toEqual([-1, -1, 0, 1, 1, Number.NaN])
  expect(await flatOf(clip(x, { min: 0 }))).toEqual([0, 0, 0, 1, 2, Number.NaN])
  expect(await flatOf(clip(x, { max: 0 }))).toEqual([-2, -1, 0, 0, 0, Number.NaN])
})

it('the gradient of clip is 1 inside and at the bounds, 0 outside', async () => {
  const x = f64([-2, -1, 0, 1, 2])
  expect(await slopesOf((t) => clip(t, { min: -1, max: 1 }), x)).toEqual([0, 1, 1, 1, 0])
})

it('bounds can be tensors, which get the gradient of what they bound', async () => {
  const x = f64([-2, 0, 2])
  expect(await slopesOf((min) => clip(x, { min }), f64([-1, -1, -1]))).toEqual([1, 0, 0])
  await gradcheck(
    (t, low, high) => clip(t, { min: low, max: high }),
    [f64([[-2, 0, 2]]), f64([[-1], [-3]]), f64(1)],
  )
})

it('integers stay integers under whole bounds', async () => {
  const y = clip(i32([-5, 5]), { min: 0, max: 3 })
  expect(y.dtype).toBe('i32')
  expect(await flatOf(y)).toEqual([0, 3])
})

it('clip refuses no bounds, crossed bounds and NaN', () => {
  const x = tensor([1])
  expect(() => clip(x, {})).toThrow('clip: needs min, max or both')
  expect(() => clip(x, { min: 2, max: 1 })).toThrow('clip: min 2 must not be above max 1')
  expect(() => clip(x, { max: Number.NaN })).toThrow('clip: min undefined must not be above max NaN')
})
