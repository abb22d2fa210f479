import { max, maximum, min, minimum, softmax, sum, tensor, tril, where } from '@samkit/core'
import { expect, test } from 'vitest'
import { expectSame } from './compared.testing.ts'
import type { Subject } from './subject.testing.ts'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

/** NaN and the infinities come out as IEEE 754 has them. */
export function specialValueFacts({ backend }: Subject): void {
  test('the extremum of a row is -∞ where all of it is, and NaN where any of it is', async () => {
    const rows = (): ReturnType<typeof tensor> =>
      tensor([
        [-infinity, -infinity, -infinity],
        [-infinity, 3, 1],
        [1, nan, 3],
        [nan, -infinity, infinity],
        [infinity, 1, -infinity],
      ])
    await expectSame(await backend(), () => [max(rows(), { axis: 1 }), min(rows(), { axis: 1 }), max(rows())])
    const found = await max(rows(), { axis: 1 }).data({ backend: await backend() })
    expect(Array.from(found)).toEqual([-infinity, 3, nan, nan, infinity])
  })

  test('the larger and the smaller of two are NaN where either is', async () => {
    const a = (): ReturnType<typeof tensor> => tensor([nan, 1, nan, -infinity, infinity, -infinity])
    const b = (): ReturnType<typeof tensor> => tensor([1, nan, nan, -infinity, 1, 2])
    const found = await maximum(a(), b()).data({ backend: await backend() })
    expect(Array.from(found)).toEqual([nan, nan, nan, -infinity, infinity, 2])
    await expectSame(await backend(), () => [maximum(a(), b()), minimum(a(), b())])
  })

  test('what where does not choose leaves no trace, be it NaN or infinite', async () => {
    const bad = (): ReturnType<typeof tensor> => tensor([nan, infinity, -infinity, 0])
    const found = await where(tensor([true, true, true, false]), 7, bad().div(tensor([0, 0, 0, 0]))).data({
      backend: await backend(),
    })
    expect(Array.from(found)).toEqual([7, 7, 7, nan])
    await expectSame(await backend(), () => [
      where(tensor([true, false, true, false]), bad(), 1),
      sum(where(bad().le(0), 1, bad())),
    ])
  })

  test('a softmax gives 0 to what is masked with -∞, also where all of a row is', async () => {
    const scores = (): ReturnType<typeof tensor> =>
      tensor([
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ])
    const masked = where(tril(tensor(new Array(9).fill(1), { shape: [3, 3] })).eq(1), scores(), -infinity)
    const found = Array.from(await softmax(masked, { axis: 1 }).data({ backend: await backend() }))
    expect([found[0], found[1], found[2], found[5]]).toEqual([1, 0, 0, 0])
    const two = Math.exp(-1) / (1 + Math.exp(-1))
    expect(found[3]).toBeCloseTo(two, 6)
    expect(found[4]).toBeCloseTo(1 - two, 6)
    const gone = softmax(tensor([-infinity, -infinity]), { axis: 0 })
    expect(Array.from(await gone.data({ backend: await backend() }))).toEqual([0, 0])
  })
}
