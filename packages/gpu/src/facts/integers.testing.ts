import {
  abs,
  argsort,
  bernoulli,
  cast,
  compileStats,
  cumsum,
  eq,
  gather,
  key,
  lt,
  max,
  maximum,
  mul,
  neg,
  permutation,
  RunError,
  randint,
  randomBits,
  remainder,
  scatterAdd,
  sub,
  sum,
  type Tensor,
  tensor,
  uniform,
  where,
} from '@samkit/core'
import { expect, test } from 'vitest'
import { expectSame } from './compared.testing.ts'
import type { Subject } from './subject.testing.ts'

const i32 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor(Int32Array.from(values), { shape })

/** Whole numbers are exact, whatever they are, and indices are what they say. */
export function integerFacts({ backend }: Subject): void {
  test('integers beyond 2^24 are computed exactly, and wrap as those of the reference do', async () => {
    const a = (): Tensor => i32([2147483647, 16777217, -2147483648, 65537, 33554433])
    const b = (): Tensor => i32([1, 16777217, 1, 65537, -1])
    const found = await a()
      .add(b())
      .data({ backend: await backend() })
    expect(found).toEqual(Int32Array.of(-2147483648, 33554434, -2147483647, 131074, 33554432))
    await expectSame(await backend(), () => [
      mul(a(), b()),
      sub(b(), a()),
      sum(a()),
      cumsum(a(), { axis: 0 }),
      max(a()),
      maximum(a(), b()),
      abs(a()),
      neg(a()),
      remainder(a(), 1000),
      eq(a(), 16777217),
      lt(a(), 16777218),
      where(lt(a(), b()), a(), b()),
      argsort(a()),
      cast(a(), 'f32'),
      cast(tensor([16777218, -16777218, 2.7, -2.7]), 'i32'),
    ])
  })

  test('a plan that saw small integers first stays right with large ones, and with small ones again', async () => {
    const plan = (values: readonly number[]): Tensor => {
      const x = i32(values)
      return maximum(gather(x, 0, argsort(x)), neg(x))
    }
    const small = [3, -7, 5, 0]
    const large = [2 ** 24 + 1, 2 ** 24 + 2, -(2 ** 24) - 3, 2 ** 30 + 1]
    await expectSame(await backend(), () => [plan(small)])
    const { compiled } = compileStats()
    for (const values of [large, small, large.toReversed()])
      await expectSame(await backend(), () => [plan(values)])
    expect(compileStats().compiled).toBe(compiled)
  })

  test('gather reads by index, and scatterAdd adds up what has the same one', async () => {
    const table = (): Tensor => tensor([1, 2, 3, 4, 5, 6], { shape: [3, 2] })
    const index = (): Tensor => i32([2, 0, 2, 1], [4, 1])
    const rows = await gather(table(), 0, index()).data({ backend: await backend() })
    expect(Array.from(rows)).toEqual([5, 6, 1, 2, 5, 6, 3, 4])
    const updates = (): Tensor => tensor([1, 10, 2, 20, 4, 40, 8, 80], { shape: [4, 2] })
    const added = await scatterAdd(updates(), i32([2, 0, 2, 2], [4, 1]), 0, 3).data({
      backend: await backend(),
    })
    expect(Array.from(added)).toEqual([2, 20, 0, 0, 13, 130])
    await expectSame(await backend(), () => [
      gather(i32([2 ** 30 + 1, -5, 7]), 0, i32([0, 0, 2])),
      scatterAdd(i32([2 ** 30, 2 ** 30, 1]), i32([1, 1, 0]), 0, 2),
    ])
  })

  test.each([
    ['gather', 3, () => gather(tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3] }), 1, i32([0, 3], [2, 1]))],
    ['gather', -1, () => gather(tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3] }), 1, i32([-1, 0], [2, 1]))],
    ['scatterAdd', 7, () => scatterAdd(tensor([1, 2, 3, 4], { shape: [2, 2] }), i32([1, 7], [1, 2]), 1, 3)],
  ] as const)('%s of index %i out of range fails, naming index, axis and range', async (name, bad, make) => {
    const failure = make().data({ backend: await backend() })
    await expect(failure).rejects.toThrow(RunError)
    await expect(failure).rejects.toThrow(
      `${name}: index ${bad} is out of range: axis 1 of [2, 3] has indices 0 to 2`,
    )
    // What came out of it is nothing that stays.
    await expectSame(await backend(), () => [gather(tensor([1, 2, 3]), 0, i32([2, 0, 1]))])
  })

  test('random numbers are the same bits as on the reference', async () => {
    await expectSame(await backend(), () => [
      randomBits(key(1), [100]),
      uniform(key(2), [7, 11]),
      randint(key(3), [50], { low: -5, high: 1000 }),
      bernoulli(key(4), 0.3, [64]),
      permutation(key(5), 20),
    ])
  })
}
