import { compileStats, key, type Tensor, tensor } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { hessianTrace } from './hessian-trace.ts'
import { network, networkHessian, networkLoss } from './network.testing.ts'

describe('hessianTrace', () => {
  it('is exact for a diagonal Hessian, and stops once the samples agree', async () => {
    const loss = (x: Tensor): Tensor =>
      x
        .square()
        .mul(tensor([1, -2, 4]))
        .sum()
    const found = await hessianTrace(loss, tensor([1, 2, 3]), { key: key(0) })
    expect(found).toEqual({ value: 6, standardError: 0, samples: 10 })
  })

  it('is the trace of the dense Hessian of a network within 4 standard errors, and these are as foretold', async () => {
    const { n, data } = await networkHessian()
    const samples = 100
    const found = await hessianTrace(networkLoss, network, { key: key(1), samples })
    let trace = 0
    let off = 0
    for (const [k, value] of data.entries()) {
      if (Math.floor(k / n) === k % n) trace += value
      else off += value ** 2
    }
    const deviation = Math.sqrt((2 * off) / samples)
    expect(found.samples).toBe(samples)
    expect(Math.abs(found.value - trace)).toBeLessThan(4 * deviation)
    expect(found.standardError / deviation).toBeGreaterThan(0.6)
    expect(found.standardError / deviation).toBeLessThan(1.4)
  })

  it('stops where the standard error is within the tolerance', async () => {
    const found = await hessianTrace(networkLoss, network, { key: key(2), samples: 2000, tolerance: 0.2 })
    expect(found.samples).toBeLessThan(2000)
    expect(found.standardError).toBeLessThanOrEqual(0.2 * Math.abs(found.value))
  })

  it('compiles its plan once, is the same for the same key and another for another', async () => {
    const run = (seed: number, samples: number) =>
      hessianTrace(networkLoss, network, { key: key(seed), samples })
    const one = await run(3, 12)
    const before = compileStats().compiled
    expect(await run(3, 12)).toEqual(one)
    expect((await run(4, 20)).value).not.toBe(one.value)
    expect(compileStats().compiled).toBe(before)
  })

  it('refuses options out of range and a loss that is not finite', async () => {
    const run = (options: object) =>
      hessianTrace((x: Tensor) => x.log().sum(), tensor([0]), { key: key(0), ...options })
    await expect(run({ samples: 1 })).rejects.toThrow('samples is 1, must be a whole number from 2')
    await expect(run({ tolerance: -1 })).rejects.toThrow('tolerance is -1, must be at least 0')
    await expect(run({})).rejects.toThrow(/product .* is (NaN|-?Inf)/)
  })
})
