import { compileStats, type Tensor, tensor } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epsilonSharpness } from './epsilon-sharpness.ts'
import { mSharpness } from './m-sharpness.ts'
import { network, networkLoss } from './network.testing.ts'

const f64 = { dtype: 'f64' } as const
const number = fc.double({ min: -3, max: 3, noNaN: true })

/** `½ Σ d x²`. */
const bowl =
  (d: readonly number[]) =>
  (x: Tensor): Tensor =>
    x.square().mul(tensor(d, f64)).sum().mul(0.5)

describe('epsilonSharpness', () => {
  it('of a quadratic form is that of its closed form: rho ‖g‖ + ½ rho² gᵀ H g / gᵀ g', async () => {
    const three = fc.tuple(number, number, number)
    await fc.assert(
      fc.asyncProperty(three, three, fc.double({ min: 0, max: 2, noNaN: true }), async (d, x, rho) => {
        const g = d.map((scale, i) => scale * (x[i] ?? 0))
        const length = Math.hypot(...g)
        fc.pre(length > 1e-3)
        const curvature = d.reduce((sum, scale, i) => sum + scale * ((g[i] ?? 0) / length) ** 2, 0)
        const found = await epsilonSharpness(bowl(d), tensor(x, f64), { rho })
        expect(found.gradientNorm).toBeCloseTo(length, 10)
        expect(found.value).toBeCloseTo(rho * length + 0.5 * rho ** 2 * curvature, 10)
      }),
      { numRuns: 30 },
    )
  })

  it('of a network tends to rho ‖g‖, the difference shrinking with the square of rho', async () => {
    const off = async (rho: number): Promise<number> => {
      const { value, gradientNorm } = await epsilonSharpness(networkLoss, network, { rho })
      return value - rho * gradientNorm
    }
    expect((await off(1e-3)) / (await off(1e-4))).toBeCloseTo(100, 0)
  })

  it('is 0 at rho = 0 and where the gradient is 0', async () => {
    expect((await epsilonSharpness(networkLoss, network, { rho: 0 })).value).toBe(0)
    expect(await epsilonSharpness(bowl([1, 2]), tensor([0, 0], f64))).toEqual({
      value: 0,
      loss: 0,
      gradientNorm: 0,
    })
  })

  it('with more steps comes to the highest point of the ball, and never gives less', async () => {
    // From [1, 0.1], one step goes along x; the edge of the ball is highest far along y.
    const at = tensor([1, 0.1], f64)
    const run = (steps: number) => epsilonSharpness(bowl([1, 5]), at, { rho: 2, steps })
    const values: number[] = []
    for (const steps of [1, 2, 4, 8, 30]) values.push((await run(steps)).value)
    expect(values).toEqual(values.toSorted((a, b) => a - b))
    let highest = 0
    for (let angle = 0; angle < 2 * Math.PI; angle += 1e-4) {
      const [x, y] = [1 + 2 * Math.cos(angle), 0.1 + 2 * Math.sin(angle)]
      highest = Math.max(highest, 0.5 * (x * x + 5 * y * y))
    }
    expect(values.at(-1)).toBeCloseTo(highest - 0.5 * (1 + 5 * 0.01), 5)
  })

  it('compiles two plans, whatever rho and the number of steps', async () => {
    const run = (rho: number, steps: number) => epsilonSharpness(networkLoss, network, { rho, steps })
    await run(0.1, 2)
    const before = compileStats().compiled
    await run(0.2, 6)
    expect(compileStats().compiled).toBe(before)
  })

  it('refuses options out of range and a loss that is not finite', async () => {
    const run = (options: object) => epsilonSharpness((x: Tensor) => x.log().sum(), tensor([0]), options)
    await expect(run({ rho: -1 })).rejects.toThrow('rho is -1, must be at least 0')
    await expect(run({ steps: 0 })).rejects.toThrow('steps is 0, must be a whole number from 1')
    await expect(run({})).rejects.toThrow('the loss is -Infinity')
  })
})

describe('mSharpness', () => {
  const loss = (x: Tensor, slope: number): Tensor => x.mul(slope).sum()

  it('is the mean over batches, with its standard error', async () => {
    const found = await mSharpness(loss, tensor([1], f64), [1, 2, 6], { rho: 0.5 })
    expect(found.value).toBeCloseTo(1.5, 12)
    expect(found.loss).toBe(3)
    expect(found.batches).toBe(3)
    // Deviations -1, -0.5 and 1.5.
    expect(found.standardError).toBeCloseTo(Math.sqrt(3.5 / 2 / 3), 12)
  })

  it('is at least the sharpness of the mean loss, each batch having its own ascent', async () => {
    const found = await mSharpness(loss, tensor([1], f64), [1, -1], { rho: 0.5 })
    expect(found.value).toBeCloseTo(0.5, 12)
  })

  it('compiles nothing for another batch of the same shape', async () => {
    const slopes = (values: readonly number[]) => values.map((slope) => tensor([slope], f64))
    const scaled = (x: Tensor, slope: Tensor): Tensor => x.mul(slope).square().sum()
    const run = (values: readonly number[]) => mSharpness(scaled, tensor([1], f64), slopes(values))
    await run([1])
    const before = compileStats().compiled
    await run([2, 3, 4])
    expect(compileStats().compiled).toBe(before)
  })

  it('takes batches as they come, and refuses none', async () => {
    async function* later() {
      yield 2
    }
    expect((await mSharpness(loss, tensor([1], f64), later(), { rho: 1 })).value).toBeCloseTo(2, 12)
    await expect(mSharpness(loss, tensor([1]), [])).rejects.toThrow('there are no batches')
  })
})
