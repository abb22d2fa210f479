import { tensor } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Method, plain } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { sgd } from '../optimizers/sgd.ts'
import { l2Ball } from '../parts/perturbation.ts'
import { every, sharpnessAware } from '../sharpness-aware.ts'
import { anyBase, anyRho, anySeed } from './all.testing.ts'
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
import { numbersOf, objectiveOf, paramsOf, problemOf } from './network.testing.ts'
import { expectSame, traceOf } from './run.testing.ts'
import { sam } from './sam.ts'

type Make = (base: Optimizer, rho: number) => Method
const steps = 5

/** Holds two methods to the same steps over random data, base optimizers and radii; bit for bit unless told otherwise. */
async function same(one: Make, other: Make, tolerance = 0, targets = false): Promise<void> {
  await fc.assert(
    fc.asyncProperty(anySeed, anyBase, anyRho, async (seed, base, rho) => {
      const problem = problemOf(seed)
      const options = targets ? { targets: tensor([0, 1, 0, 1, 0, 1], { dtype: 'i32' }) } : {}
      const a = await traceOf(one(base(), rho), problem, steps, options)
      const b = await traceOf(other(base(), rho), problem, steps, options)
      expectSame(a.params, b.params, tolerance)
    }),
    { numRuns: 6 },
  )
}

const samOf: Make = (base, rho) => sam(base, { rho })
const classes = [3, 1]

describe('with rho 0, bit for bit the base optimizer', () => {
  const zero: Readonly<Record<string, (base: Optimizer) => Method>> = {
    sam: (base) => sam(base, { rho: 0 }),
    'sam with m': (base) => sam(base, { rho: 0, m: 6 }),
    asam: (base) => asam(base, { rho: 0 }),
    layersam: (base) => layerSam(base, { rho: 0 }),
    looksam: (base) => lookSam(base, { rho: 0, k: 3, alpha: 0.7 }),
    'look-layersam': (base) => lookLayerSam(base, { rho: 0, k: 3 }),
    'momentum-sam': (base) => momentumSam(base, { rho: 0 }),
    'gsam with alpha 0': (base) => gsam(base, { rho: 0, alpha: 0 }),
    'crsam with a and b 0': (base) => crSam(base, { rho: 0, a: 0, b: 0 }),
    'esam with gamma 1': (base) => esam(base, { rho: 0, gamma: 1 }),
    'ksam with k of the batch': (base) => kSam(base, { rho: 0, k: 6 }),
  }
  it.each(Object.entries(zero))('%s', (_, make) =>
    same(
      (base) => make(base),
      (base) => plain(base),
    ),
  )
})

describe('bit for bit SAM', () => {
  const like: Readonly<Record<string, Make>> = {
    'looksam with k 1': (base, rho) => lookSam(base, { rho, k: 1 }),
    'ksam with k of the batch': (base, rho) => kSam(base, { rho, k: 6 }),
    'ksam with k beyond the batch': (base, rho) => kSam(base, { rho, k: 100 }),
    'esam with beta and gamma 1': (base, rho) => esam(base, { rho, beta: 1, gamma: 1 }),
    'esam with beta and gamma 1, norm of what is kept': (base, rho) =>
      esam(base, { rho, beta: 1, gamma: 1, norm: 'kept' }),
    'gsam with alpha 0': (base, rho) => gsam(base, { rho, alpha: 0 }),
    'crsam with a and b 0': (base, rho) => crSam(base, { rho, a: 0, b: 0 }),
    'm-sharpness with m of the batch': (base, rho) => sam(base, { rho, m: 6 }),
    'sam with rho as a schedule': (base, rho) => sam(base, { rho: () => rho }),
  }
  it.each(Object.entries(like))('%s', (_, make) => same(make, samOf))
})

describe('the same method by another name', () => {
  it('look-layersam with k 1 is layersam, bit for bit', () =>
    same(
      (base, rho) => lookLayerSam(base, { rho, k: 1 }),
      (base, rho) => layerSam(base, { rho }),
    ))

  it('looksam with alpha 0 is SAM at every k-th step and the base between, bit for bit', () =>
    same(
      (base, rho) => lookSam(base, { rho, k: 2, alpha: 0 }),
      (base, rho) => sharpnessAware(base, { name: 'sam-k', perturb: l2Ball(rho), when: every(2) }),
    ))

  it('layersam of form unit over one layer is SAM', () =>
    same((base, rho) => layerSam(base, { rho, form: 'unit', layers: 'all' }), samOf, 1e-12))

  it('focal-sam with gamma 0 and lambda 1 is SAM', () =>
    same((base, rho) => focalSam(base, { classes, rho, gamma: 0, lambda: 1 }), samOf, 1e-12, true))

  it('focal-sam with lambda 0 is the base optimizer', () =>
    same(
      (base, rho) => focalSam(base, { classes, rho, lambda: 0 }),
      (base) => plain(base),
      1e-12,
      true,
    ))

  it('accumulated over micro-batches, SAM and the others are what they are on the whole batch', async () => {
    const makes: readonly Make[] = [
      samOf,
      (base, rho) => kSam(base, { rho, k: 4 }),
      (base, rho) => esam(base, { rho }),
      (base, rho) => lookSam(base, { rho, k: 2 }),
    ]
    await fc.assert(
      fc.asyncProperty(
        anySeed,
        anyBase,
        anyRho,
        fc.constantFrom(...makes),
        fc.integer({ min: 1, max: 5 }),
        async (seed, base, rho, make, microBatch) => {
          const problem = problemOf(seed)
          const whole = await traceOf(make(base(), rho), problem, 3)
          const pieces = await traceOf(make(base(), rho), problem, 3, { microBatch })
          expectSame(pieces.params, whole.params, 1e-9)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('layersam with every layer at the bound of its range is SAM with that many times rho', () =>
    same((base, rho) => layerSam(base, { rho: rho / 10, range: [10, 10] }), samOf, 1e-12))

  it('m-sharpness is the same whether its pieces are accumulated or not', async () => {
    const make = (): Method => sam(sgd({ lr: 0.1, momentum: 0.9 }), { rho: 0.3, m: 4 })
    const whole = await traceOf(make(), problemOf(3), 3)
    const pieces = await traceOf(make(), problemOf(3), 3, { microBatch: 3 })
    expectSame(pieces.params, whole.params, 1e-12)
  })

  it('focal-sam takes probabilities for classes', async () => {
    const make = (): Method => focalSam(sgd({ lr: 0.1 }), { classes })
    const index = tensor([0, 1, 0, 1, 0, 1], { dtype: 'i32' })
    const soft = index.oneHot(2).cast('f64')
    const [a, b] = [
      await traceOf(make(), problemOf(3), 3, { targets: index }),
      await traceOf(make(), problemOf(3), 3, { targets: soft }),
    ]
    expectSame(b.params, a.params, 1e-12)
    expect(() => focalSam(sgd({ lr: 0.1 }), { classes: [0, 0] })).toThrow('focal-sam: classes must be counts')
    expect(() => focalSam(sgd({ lr: 0.1 }), { classes, lambda: 2 })).toThrow(
      'focal-sam: lambda must be in [0, 1]',
    )
  })

  it('looksam with m keeps the mean of what each piece keeps', async () => {
    const problem = problemOf(5)
    const kept = async (from: number, to: number, m?: number): Promise<number[]> => {
      const part = { ...problem, x: problem.x.slice(from, to), y: problem.y.slice(from, to) }
      const method = lookSam(sgd({ lr: 0.1 }), m === undefined ? { rho: 0.3 } : { rho: 0.3, m })
      const params = paramsOf(problem.start)
      return numbersOf(method.step(params, method.init(params), objectiveOf(part)).state.slots.gv)
    }
    const [first, second] = [await kept(0, 4), await kept(4, 6)]
    const mean = first.map((v, i) => (4 * v + 2 * second[i]!) / 6)
    expectSame([await kept(0, 6, 4)], [mean], 1e-12)
  })

  it('m-sharpness averages what SAM does on each piece, and is not SAM on the batch', async () => {
    await fc.assert(
      fc.asyncProperty(anySeed, anyRho, async (seed, rho) => {
        const problem = problemOf(seed)
        const half = (from: number) => ({
          ...problem,
          x: problem.x.slice(from, from + 3),
          y: problem.y.slice(from, from + 3),
        })
        const step = async (p: typeof problem, m?: number): Promise<number[]> => {
          const method = sam(sgd({ lr: 0.1 }), m === undefined ? { rho } : { rho, m })
          return (await traceOf(method, p, 1)).params[0]!
        }
        const [first, second] = [await step(half(0)), await step(half(3))]
        const mean = first.map((v, i) => (v + second[i]!) / 2)
        expectSame([await step(problem, 3)], [mean], 1e-12)
        expect(await step(problem)).not.toEqual(await step(problem, 3))
      }),
      { numRuns: 6 },
    )
  })
})
