import { bernoulli, foldIn, tensor, uniform } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { adamW } from '../optimizers/adamw.ts'
import { sgd } from '../optimizers/sgd.ts'
import { asam } from './asam.ts'
import { crSam } from './crsam.ts'
import { esam } from './esam.ts'
import { focalSam } from './focal-sam.ts'
import { gsam } from './gsam.ts'
import { kSam } from './ksam.ts'
import { layerSam } from './layersam.ts'
import { lookLayerSam } from './look-layersam.ts'
import { lookSam } from './looksam.ts'
import { momentumSam } from './momentum-sam.ts'
import { numbersOf, problemOf, sizes } from './network.testing.ts'
import {
  ballAscent,
  layerAscent,
  type PaperStep,
  type PlainBase,
  paperAsam,
  paperCrSam,
  paperEsam,
  paperFocalSam,
  paperGsam,
  paperKSam,
  paperLayerSam,
  paperLook,
  paperMomentumSam,
  paperSam,
  plainAdamW,
  plainSgd,
} from './papers.testing.ts'
import { expectSame, keyOfStep, paperTrace, traceOf } from './run.testing.ts'
import { sam } from './sam.ts'

/** A base optimizer, and the same in plain loops. */
const bases: readonly { readonly make: () => Optimizer; readonly plain: () => PlainBase }[] = [
  { make: () => sgd({ lr: 0.1 }), plain: () => plainSgd(0.1, 0, 0) },
  {
    make: () => sgd({ lr: 0.05, momentum: 0.9, weightDecay: 0.01 }),
    plain: () => plainSgd(0.05, 0.9, 0.01),
  },
  { make: () => adamW({ lr: 0.01, weightDecay: 0.1 }), plain: () => plainAdamW(0.01, 0.1) },
]
const setting = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  base: fc.constantFrom(...bases),
  rho: fc.constantFrom(0.01, 0.05, 0.3, 1),
})
const steps = 6

/** Holds a method to its paper's pseudo-code, step by step, over random data, base optimizers and radii. */
async function follows<E>(
  extra: fc.Arbitrary<E>,
  make: (base: Optimizer, rho: number, options: E) => Method,
  paper: (rho: number, options: E) => PaperStep,
  runs = 10,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(setting, extra, async ({ seed, base, rho }, options) => {
      const problem = problemOf(seed)
      const { params } = await traceOf(make(base.make(), rho, options), problem, steps)
      expectSame(params, paperTrace(paper(rho, options), base.plain(), problem, steps))
    }),
    { numRuns: runs },
  )
}

const none = fc.constant(null)
const k = fc.integer({ min: 1, max: 4 })
const alpha = fc.constantFrom(0, 0.1, 0.7, 1)
const scope = fc.constantFrom('global' as const, 'tensor' as const)
const form = fc.constantFrom('paper' as const, 'trust' as const, 'unit' as const, 'asam' as const)

describe('step by step as in the papers', () => {
  it('sam', () =>
    follows(
      none,
      (base, rho) => sam(base, { rho }),
      (rho) => paperSam(rho),
    ))

  it('asam', () =>
    follows(
      fc.record({ eta: fc.constantFrom(0, 0.01), all: fc.boolean() }),
      (base, rho, { eta, all }) => asam(base, { rho, eta, normalize: all ? 'all' : 'weights' }),
      (rho, { eta, all }) => paperAsam(rho, eta, all),
    ))

  it('looksam', () =>
    follows(
      fc.record({ k, alpha, scope }),
      (base, rho, options) => lookSam(base, { rho, ...options }),
      (rho, o) => paperLook(ballAscent(rho), o.k, o.alpha, o.scope === 'tensor'),
      20,
    ))

  it('layersam, in all four forms', () =>
    follows(
      form,
      (base, rho, kind) => layerSam(base, { rho, form: kind }),
      (rho, kind) => paperLayerSam(layerAscent(rho, kind, [0.01, 10])),
    ))

  it('look-layersam', () =>
    follows(
      fc.record({ k, alpha, form }),
      (base, rho, o) => lookLayerSam(base, { rho, ...o }),
      (rho, o) => paperLook(layerAscent(rho, o.form, [0.01, 10]), o.k, o.alpha),
    ))

  it('ksam', () =>
    follows(
      fc.integer({ min: 1, max: 6 }),
      (base, rho, count) => kSam(base, { rho, k: count }),
      (rho, count) => paperKSam(rho, count),
    ))

  it('esam, masks by tensor and by element, norms of all and of what is kept', async () => {
    const options = fc.record({
      beta: fc.constantFrom(0.3, 0.5, 1),
      gamma: fc.constantFrom(0.1, 0.5, 1),
      mask: fc.constantFrom('tensor' as const, 'element' as const),
      norm: fc.constantFrom('all' as const, 'kept' as const),
    })
    // The masks of every step, drawn once more from the step's key.
    const masksOf = async (beta: number, unit: 'tensor' | 'element'): Promise<number[][]> => {
      const masks: number[][] = []
      for (let t = 0; t < steps; t++) {
        const key = foldIn(keyOfStep(t), 0x45_53_41_4d)
        const draws = await numbersOf(uniform(key, [sizes.length]))
        const least = Math.min(...draws)
        const whole = sizes.map((size, i) => Array(size).fill(draws[i]! < beta || draws[i] === least ? 1 : 0))
        const single = await numbersOf(sizes.map((size, i) => bernoulli(foldIn(key, i), beta, [size])))
        masks.push(beta === 1 ? single.map(() => 1) : unit === 'tensor' ? whole.flat() : single)
      }
      return masks
    }
    await fc.assert(
      fc.asyncProperty(setting, options, async ({ seed, base, rho }, { beta, gamma, mask, norm }) => {
        const problem = problemOf(seed)
        const masks = await masksOf(beta, mask)
        const { params } = await traceOf(esam(base.make(), { rho, beta, gamma, mask, norm }), problem, steps)
        const paper = paperEsam(rho, beta, Math.ceil(gamma * 6), (t) => masks[t]!, norm === 'kept')
        expectSame(params, paperTrace(paper, base.plain(), problem, steps))
      }),
      { numRuns: 20 },
    )
  })

  it('momentum-sam, over bases with and without momentum', () =>
    follows(
      fc.constantFrom(undefined, 0.01),
      (base, rho, eta) =>
        momentumSam(base, eta === undefined ? { rho } : { rho, adaptive: { eta, normalize: 'all' } }),
      (rho, eta) => paperMomentumSam(rho, eta),
    ))

  it('gsam, keeping the perturbed descent or the clean one', () =>
    follows(
      fc.record({ alpha, keeps: fc.constantFrom('perturbed' as const, 'clean' as const) }),
      (base, rho, options) => gsam(base, { rho, ...options }),
      (rho, o) => paperGsam(rho, o.alpha, o.keeps === 'clean'),
    ))

  it('crsam', () =>
    follows(
      fc.record({ a: fc.constantFrom(0, 0.1, 1), b: fc.constantFrom(0, 0.01, 0.5) }),
      (base, rho, options) => crSam(base, { rho, ...options }),
      (rho, { a, b }) => paperCrSam(rho, a, b),
    ))

  it('focal-sam', async () => {
    const options = fc.record({ gamma: fc.constantFrom(0, 1, 3.2), lambda: fc.constantFrom(0, 0.5, 1) })
    await fc.assert(
      fc.asyncProperty(setting, options, async ({ seed, base, rho }, { gamma, lambda }) => {
        const problem = problemOf(seed)
        const classes = [30, 10]
        const c = problem.y.map((_, i) => lambda * (1 - classes[i % 2]! / 40) ** gamma)
        // The network is asked for numbers; here its examples are of two classes as well.
        const targets = tensor([0, 1, 0, 1, 0, 1], { dtype: 'i32' })
        const method = focalSam(base.make(), { classes, rho, gamma, lambda })
        const { params } = await traceOf(method, problem, steps, { targets })
        expectSame(params, paperTrace(paperFocalSam(rho, c), base.plain(), problem, steps))
      }),
      { numRuns: 10 },
    )
  })

  it('would notice another rule', async () => {
    const problem = problemOf(1)
    const { params } = await traceOf(sam(sgd({ lr: 0.1 }), { rho: 0.3 }), problem, steps)
    const other = paperTrace(paperSam(0.31), plainSgd(0.1, 0, 0), problem, steps)
    expect(() => expectSame(params, other)).toThrow('apart')
  })
})
