import { grad, key, type Tensor, tensor } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numbersOf, type Params, paramsOf, type Vector } from '../methods/network.testing.ts'
import { inner, layersOf, length } from '../methods/papers.testing.ts'
import { byKind } from '../per-tensor-tree.ts'
import { adaptiveBall } from './adaptive-ball.ts'
import { type LayerwiseForm, layerwiseBall } from './layerwise-ball.ts'
import { someLayers } from './mask.ts'
import { l2Ball, lInfBall, type Perturbation } from './perturbation.ts'
import { restricted } from './restricted.ts'

const moment = { step: 0, key: key(7) }
const number = fc.double({ min: -3, max: 3, noNaN: true }).map((v) => (Math.abs(v) < 1e-3 ? v + 0.01 : v))
const vector = fc.array(number, { minLength: 20, maxLength: 20 })
const radius = fc.double({ min: 1e-3, max: 3, noNaN: true })

async function epsilonOf(ball: Perturbation, w: Vector, g: Vector): Promise<number[]> {
  return numbersOf(ball(paramsOf(w), paramsOf(g), moment))
}

function holds(property: (w: Vector, g: Vector, rho: number) => Promise<void>): Promise<void> {
  return fc.assert(fc.asyncProperty(vector, vector, radius, property), { numRuns: 25 })
}

const near = (actual: number, expected: number): void => expect(actual / expected).toBeCloseTo(1, 11)

describe('l2Ball', () => {
  it('gives a step of length rho along the gradient', () =>
    holds(async (w, g, rho) => {
      const e = await epsilonOf(l2Ball(rho), w, g)
      near(length(e), rho)
      near(inner(e, g), rho * length(g))
    }))

  it('does not care for the scale of the gradient, so that clipping it first changes nothing', () =>
    holds(async (w, g, rho) => {
      const e = await epsilonOf(l2Ball(rho), w, g)
      expect(
        await epsilonOf(
          l2Ball(rho),
          w,
          g.map((v) => v / 4),
        ),
      ).toEqual(e)
    }))

  it('gives 0 where there is no gradient, and nothing that is not a number', async () => {
    const zeros = Array(20).fill(0)
    expect(await epsilonOf(l2Ball(1), Array(20).fill(1), zeros)).toEqual(zeros)
  })
})

describe('lInfBall', () => {
  it('moves every weight by rho on its own, and none that has no gradient', () =>
    holds(async (w, g, rho) => {
      const some = g.map((v, i) => (i % 3 === 0 ? 0 : v))
      const e = await epsilonOf(lInfBall(rho), w, some)
      expect(e).toEqual(some.map((v) => Math.sign(v) * rho + 0))
    }))
})

describe('restricted', () => {
  it('perturbs only what it is told to, by the whole of rho (SAM-ON)', () =>
    holds(async (w, g, rho) => {
      const only = byKind({ w: 'weight', b: 'shift', v: 'scale' }, { scale: true, shift: true }, false)
      const e = await epsilonOf(restricted('sam', l2Ball(rho), { only }), w, g)
      expect(e.slice(0, 12)).toEqual(Array(12).fill(0))
      near(length(e), rho)
    }))

  it('gives groups their own rho: together between the least and the greatest', () =>
    holds(async (w, g, rho) => {
      const whole = await epsilonOf(l2Ball(rho), w, g)
      const e = await epsilonOf(restricted('sam', l2Ball(rho), { rhoScale: { w: 0.5, b: 2, v: 1 } }), w, g)
      expect(length(e)).toBeGreaterThanOrEqual(0.5 * rho * (1 - 1e-12))
      expect(length(e)).toBeLessThanOrEqual(2 * rho * (1 + 1e-12))
      expect(e.slice(0, 12)).toEqual(whole.slice(0, 12).map((v) => v * 0.5))
      expect(e.slice(16)).toEqual(whole.slice(16))
      const same = await epsilonOf(restricted('sam', l2Ball(rho), { rhoScale: 1 }), w, g)
      expect(same).toEqual(whole)
    }))
})

describe('adaptiveBall', () => {
  it('has length rho when measured by |w| + eta', () =>
    holds(async (w, g, rho) => {
      for (const eta of [0, 0.01]) {
        const e = await epsilonOf(adaptiveBall(rho, { eta, normalize: 'all' }), w, g)
        near(length(e.map((v, i) => v / (Math.abs(w[i]!) + eta))), rho)
      }
    }))

  it('measures only weights of two axes by themselves, unless told', () =>
    holds(async (w, g, rho) => {
      const e = await epsilonOf(adaptiveBall(rho, { eta: 0.01, normalize: 'weights' }), w, g)
      near(length(e.map((v, i) => (i < 12 ? v / (Math.abs(w[i]!) + 0.01) : v))), rho)
      const tree = { w: false, b: true, v: true }
      const other = await epsilonOf(adaptiveBall(rho, { eta: 0.01, normalize: tree }), w, g)
      near(length(other.map((v, i) => (i < 12 ? v : v / (Math.abs(w[i]!) + 0.01)))), rho)
    }))

  it('looks at the same losses when a layer of a ReLU network is scaled up and the next one down', async () => {
    await fc.assert(
      fc.asyncProperty(vector, fc.constantFrom(0.25, 2, 8), radius, async (values, factor, rho) => {
        const x = tensor([0.5, -1, 2], { dtype: 'f64' })
        const lossAt = ({ w, b, v }: Params): Tensor => x.matmul(w).add(b).maximum(0).matmul(v[0]!).square()
        const lossNearby = async (p: Params): Promise<number> => {
          const e = adaptiveBall(rho, { eta: 0, normalize: 'all' })(p, grad(lossAt)(p), moment)
          return lossAt({ w: p.w.add(e.w), b: p.b.add(e.b), v: [p.v[0]!.add(e.v[0]!)] }).item()
        }
        const p = paramsOf(values)
        const scaled = { w: p.w.mul(factor), b: p.b.mul(factor), v: [p.v[0]!.div(factor)] }
        expect(await lossNearby(scaled)).toBeCloseTo(await lossNearby(p), 9)
      }),
      { numRuns: 25 },
    )
  })
})

describe('layerwiseBall', () => {
  const free = (form: LayerwiseForm) => (rho: number) =>
    layerwiseBall(rho, { form, range: [0, Number.POSITIVE_INFINITY] })

  it('paper: ‖εⱼ‖ ‖g‖ = rho ‖wⱼ‖', () =>
    holds(async (w, g, rho) => {
      const e = layersOf(await epsilonOf(free('paper')(rho), w, g))
      for (const [j, layer] of layersOf(w).entries()) near(length(e[j]!) * length(g), rho * length(layer))
    }))

  it('paper: keeps ‖wⱼ‖ / ‖gⱼ‖ in range, but not for a layer that is 0', async () => {
    const ball = layerwiseBall(1, { form: 'paper', range: [0.5, 2] })
    const w = [...Array(12).fill(0), ...Array(4).fill(1e-3), ...Array(4).fill(100)]
    const g = Array(20).fill(1)
    const [zero, small, large] = layersOf(await epsilonOf(ball, w, g))
    expect(zero).toEqual(Array(12).fill(0))
    for (const v of small!) expect(v).toBeCloseTo(0.5 / Math.sqrt(20), 12)
    for (const v of large!) expect(v).toBeCloseTo(2 / Math.sqrt(20), 12)
  })

  it('trust: ‖εⱼ‖ = rho ‖wⱼ‖', () =>
    holds(async (w, g, rho) => {
      const e = layersOf(await epsilonOf(free('trust')(rho), w, g))
      for (const [j, layer] of layersOf(w).entries()) near(length(e[j]!), rho * length(layer))
    }))

  it('unit: ‖εⱼ‖ = rho', () =>
    holds(async (w, g, rho) => {
      for (const layer of layersOf(await epsilonOf(free('unit')(rho), w, g))) near(length(layer), rho)
    }))

  it('asam: √Σ (‖εⱼ‖ / ‖wⱼ‖)² = rho', () =>
    holds(async (w, g, rho) => {
      const e = layersOf(await epsilonOf(free('asam')(rho), w, g))
      near(length(layersOf(w).map((layer, j) => length(e[j]!) / length(layer))), rho)
    }))

  it('trust and unit do not care for the scale of one layer’s gradient, paper and asam do', () =>
    holds(async (w, g, rho) => {
      const louder = g.map((v, i) => (i < 12 ? 4 * v : v))
      for (const form of ['trust', 'unit'] as const) {
        expect(await epsilonOf(free(form)(rho), w, louder)).toEqual(await epsilonOf(free(form)(rho), w, g))
      }
      for (const form of ['paper', 'asam'] as const) {
        expect(await epsilonOf(free(form)(rho), w, louder)).not.toEqual(
          await epsilonOf(free(form)(rho), w, g),
        )
      }
    }))

  it('over one layer is the ball with the radius of its form', () =>
    holds(async (w, g, rho) => {
      const size = length(w)
      const radii = { paper: (rho * size) / length(g), trust: rho * size, unit: rho, asam: rho * size }
      for (const [form, expected] of Object.entries(radii)) {
        const range = [0, Number.POSITIVE_INFINITY] as const
        const ball = layerwiseBall(rho, { form: form as LayerwiseForm, range, layers: 'all' })
        const e = await epsilonOf(ball, w, g)
        near(length(e), expected)
        near(inner(e, g), expected * length(g))
      }
    }))

  it('takes tensors of one name as one layer', async () => {
    const ball = layerwiseBall(1, {
      form: 'unit',
      range: [0, 1],
      layers: { w: 'first', b: 'first', v: ['last'] },
    })
    const e = await epsilonOf(
      ball,
      Array(20).fill(1),
      Array.from({ length: 20 }, (_, i) => i + 1),
    )
    near(length(e.slice(0, 16)), 1)
    near(length(e.slice(16)), 1)
  })

  it('gives 0 where there is no gradient', async () => {
    for (const form of ['paper', 'trust', 'unit', 'asam'] as const) {
      const zeros = Array(20).fill(0)
      expect(
        await epsilonOf(layerwiseBall(1, { form, range: [0.01, 10] }), Array(20).fill(1), zeros),
      ).toEqual(zeros)
    }
  })
})

describe('someLayers', () => {
  const draws = async (unit: 'tensor' | 'element', beta: number, count: number): Promise<number[][]> => {
    const ball = someLayers(l2Ball(1), beta, unit)
    const [w, g] = [paramsOf(Array(20).fill(1)), paramsOf(Array(20).fill(1))]
    return Promise.all(
      Array.from({ length: count }, (_, i) => numbersOf(ball(w, g, { step: i, key: key(i) }))),
    )
  }

  it('keeps weights with probability beta, divided by it: the whole perturbation in the mean', async () => {
    const all = (await draws('element', 0.25, 100)).flat()
    const whole = 1 / Math.sqrt(20)
    for (const v of all) expect([0, 4]).toContain(Math.round((v / whole) * 1e9) / 1e9)
    // 2000 draws: the mean of 0 or 4 with probability ¼ has a deviation of √3 / √2000 = 0.039.
    const mean = all.reduce((sum, v) => sum + v / whole, 0) / all.length
    expect(Math.abs(mean - 1)).toBeLessThan(4 * 0.039)
  })

  it('keeps or leaves a tensor as a whole, and never leaves all', async () => {
    for (const e of await draws('tensor', 0.05, 50)) {
      const kept = layersOf(e).map((layer) => new Set(layer).size === 1 && layer[0] !== 0)
      expect(kept.some(Boolean)).toBe(true)
      for (const layer of layersOf(e)) expect(new Set(layer).size).toBe(1)
    }
  })
})
