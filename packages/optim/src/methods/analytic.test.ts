import { type Tensor, tensor } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Method } from '../method.ts'
import { plain } from '../method.ts'
import { sgd } from '../optimizers/sgd.ts'
import { crSam } from './crsam.ts'
import { lookSam } from './looksam.ts'
import { momentumSam } from './momentum-sam.ts'
import { numbersOf } from './network.testing.ts'
import { inner, length, plus, timesNumber } from './papers.testing.ts'
import { objectiveOfLoss, product, quadratic } from './quadratic.testing.ts'
import { sam } from './sam.ts'

const a = [
  [3, 1, 0],
  [1, 2, 0.5],
  [0, 0.5, 0.1],
]
const coordinate = fc.double({ min: -2, max: 2, noNaN: true })
const point = fc.tuple(coordinate, coordinate, coordinate).filter((w) => length(product(a, w)) > 1e-2)
const radius = fc.double({ min: 0.01, max: 2, noNaN: true })
const lr = 0.1

async function walk(method: Method, w: readonly number[], steps: number, objective = quadratic(a)) {
  let params: Tensor = tensor(w, { dtype: 'f64' })
  let state = method.init(params)
  let report: Awaited<ReturnType<Method['step']>>['report'] | null = null
  for (let t = 0; t < steps; t++) ({ params, state, report } = method.step(params, state, objective))
  return { w: await numbersOf(params), state, report: report! }
}

function close(actual: readonly number[], expected: readonly number[]): void {
  for (const [i, v] of actual.entries()) expect(v).toBeCloseTo(expected[i]!, 12)
}

describe('on a quadratic with Hessian A', () => {
  it('SAM takes the step w - lr A (w + rho A w / ‖A w‖)', () =>
    fc.assert(
      fc.asyncProperty(point, radius, async (w, rho) => {
        const g = product(a, w)
        const there = product(a, plus(w, g, rho / length(g)))
        close((await walk(sam(sgd({ lr }), { rho }), w, 1)).w, plus(w, there, -lr))
      }),
      { numRuns: 20 },
    ))

  it('LookSAM keeps rho (A u - ⟨u, A u⟩ u) with u = g / ‖g‖, and reuses its direction', () =>
    fc.assert(
      fc.asyncProperty(point, radius, async (w, rho) => {
        const method = lookSam(sgd({ lr }), { rho, k: 2, alpha: 0.3 })
        const g = product(a, w)
        const u = timesNumber(g, 1 / length(g))
        const au = product(a, u)
        const gv = timesNumber(plus(au, u, -inner(u, au)), rho)
        const first = await walk(method, w, 1)
        close(await numbersOf(first.state.slots.gv), gv)

        const next = plus(w, product(a, plus(w, u, rho)), -lr)
        close(first.w, next)
        const g2 = product(a, next)
        const reused = plus(g2, gv, (0.3 * length(g2)) / length(gv))
        close((await walk(method, w, 2)).w, plus(next, reused, -lr))
      }),
      { numRuns: 20 },
    ))

  it('CR-SAM’s second difference is 0 and its first 2 A ε', () =>
    fc.assert(
      fc.asyncProperty(point, radius, async (w, rho) => {
        const g = product(a, w)
        const there = product(a, plus(w, g, rho / length(g)))
        const twice = timesNumber(product(a, g), (2 * rho) / length(g))
        close(
          (await walk(crSam(sgd({ lr }), { rho, a: 5, b: 0.5 }), w, 1)).w,
          plus(w, plus(there, twice, 0.5), -lr),
        )
      }),
      { numRuns: 20 },
    ))

  it('Momentum-SAM leaves the weights where momentum puts them when rho falls to 0: no shift remains', () =>
    fc.assert(
      fc.asyncProperty(point, radius, async (w, rho) => {
        const falling = momentumSam(sgd({ lr, momentum: 0.9 }), { rho: (step) => (step === 1 ? rho : 0) })
        let [x, v] = [w as readonly number[], product(a, w)]
        x = plus(x, v, -lr)
        v = plus(timesNumber(v, 0.9), product(a, plus(x, v, -rho / length(v))))
        x = plus(x, v, -lr)
        v = plus(timesNumber(v, 0.9), product(a, x))
        close((await walk(falling, w, 3)).w, plus(x, v, -lr))
      }),
      { numRuns: 20 },
    ))
})

describe('in one dimension', () => {
  it('LookSAM has nothing orthogonal to keep, so it reuses nothing', async () => {
    const objective = quadratic([[2]])
    const method = lookSam(sgd({ lr }), { rho: 0.1, k: 2, alpha: 0.7 })
    const { w, state } = await walk(method, [1], 2, objective)
    expect(await numbersOf(state.slots.gv)).toEqual([0])
    const refreshed = 1 - lr * 2 * 1.1
    close(w, [refreshed - lr * 2 * refreshed])
  })
})

describe('at a stationary point', () => {
  it.each([
    ['sam', sam(sgd({ lr }))],
    ['looksam', lookSam(sgd({ lr }), { k: 2 })],
    ['crsam', crSam(sgd({ lr }))],
    ['momentum-sam', momentumSam(sgd({ lr, momentum: 0.9 }))],
  ])('%s neither perturbs nor moves', async (_, method) => {
    const { w, report } = await walk(method, [0, 0, 0], 3)
    expect(w).toEqual([0, 0, 0])
    expect(await report.perturbationNorm.item()).toBe(0)
  })
})

describe('for small rho', () => {
  it('the loss rises by rho ‖g‖ to first order', async () => {
    const w = [0.3, -0.7, 1.1]
    const lossAt = (x: Tensor): Tensor => x.sin().sum().exp()
    const objective = objectiveOfLoss(lossAt)
    const start = tensor(w, { dtype: 'f64' })
    const g = await numbersOf(objective.gradient(start).grads)
    for (const rho of [1e-3, 1e-4, 1e-5]) {
      const there = tensor(plus(w, g, rho / length(g)), { dtype: 'f64' })
      const rise = (await lossAt(there).item()) - (await lossAt(start).item())
      expect(Math.abs(rise / (rho * length(g)) - 1)).toBeLessThan(5 * rho)
    }
  })

  it('LookSAM with rho 0 is the base optimizer although it does not tend to it', async () => {
    const w = [1, -1, 0.5]
    const base = (await walk(plain(sgd({ lr })), w, 2)).w
    const at = async (rho: number): Promise<number> =>
      length(plus((await walk(lookSam(sgd({ lr }), { rho, k: 5, alpha: 0.7 }), w, 2)).w, base, -1))
    expect(await at(0)).toBe(0)
    expect(await at(1e-6)).toBeGreaterThan(0.01)
    expect((await at(1e-6)) / (await at(1e-4))).toBeCloseTo(1, 3)
  })
})
