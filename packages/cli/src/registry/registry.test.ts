import { key, treeLeaves } from '@samkit/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { newRunOptions, resumedOptions } from '../commands/given.ts'
import { trainFlags } from '../flags.ts'
import { trainLoop } from '../training/loop.ts'
import type { TrainOptions } from '../training/options.ts'
import { setUp } from '../training/setup.ts'
import { emptyState } from '../training/state.ts'
import { bases } from './bases.ts'
import { hyperNames } from './hyperparameters.ts'
import { methods } from './methods.ts'
import { models, patchSize } from './models.ts'
import { optimizers } from './optimizers.ts'
import { learningRate, schedules } from './schedules.ts'

describe('models', () => {
  // Published counts, for 10 classes at 32×32 in colour.
  test.each([
    ['resnet20', 269_722],
    ['resnet110', 1_727_962],
    ['resnet18', 11_173_962],
    ['resnet50', 23_520_842],
    ['wrn-28-10', 36_479_194],
    ['vit-tiny-cifar', 2_693_578],
    ['vit-small-cifar', 10_695_562],
  ])('%s has the published number of parameters', (name, count) => {
    const layer = models[name]?.create({ channels: 3, height: 32, width: 32, classes: 10 })
    expect(treeLeaves(layer?.init(key(0))).reduce((sum, { tensor }) => sum + tensor.size, 0)).toBe(count)
  })

  test.each(Object.keys(models))('%s takes grey images of 16, 28 and 224 pixels', (name) => {
    for (const side of [16, 28, 224]) {
      expect(() => models[name]?.create({ channels: 1, height: side, width: side, classes: 8 })).not.toThrow()
    }
  })

  test.each([
    [16, 4],
    [28, 4],
    [30, 3],
    [31, 1],
    [32, 4],
    [64, 8],
    [224, 16],
  ])('patches of an image of %i pixels are %i pixels to a side', (side, patch) => {
    expect(patchSize(side, side)).toBe(patch)
  })
})

/** The loss after each of a few steps on a few images. */
async function losses(options: TrainOptions): Promise<readonly number[]> {
  const setup = await setUp(options)
  const { state } = await trainLoop(setup, emptyState, new AbortController().signal, {
    onStep: () => {},
    onTest: () => {},
    onEpoch: async () => {},
  })
  return state.curve.points
}

const few = { model: 'mlp', limit: 24, testLimit: 4, batchSize: 12, steps: 3 }

describe('optimizers', () => {
  test.each(Object.keys(optimizers))('%s trains with its defaults', async (optimizer) => {
    const points = await losses(newRunOptions({ ...few, optimizer }))
    expect(points).toHaveLength(3)
    expect(points.every(Number.isFinite)).toBe(true)
  })

  test.each(Object.keys(bases))('looksam steps over %s', async (base) => {
    const options = newRunOptions({ ...few, optimizer: 'looksam', base })
    expect(options.hyper).toEqual({ ...bases[base]?.defaults, rho: 0.05, reuseEvery: 5, alpha: 0.7 })
    expect((await losses(options)).every(Number.isFinite)).toBe(true)
  })

  test('no hyper-parameter is one of a method and of a base, so that each flag means one thing', () => {
    const ofBases = Object.values(bases).flatMap(({ defaults }) => Object.keys(defaults))
    const ofMethods = Object.values(methods).flatMap((entry) =>
      Object.keys({ ...entry.defaults, ...entry.optional }),
    )
    expect(ofMethods.filter((name) => ofBases.includes(name))).toEqual([])
    expect(hyperNames.every((name) => ofBases.includes(name) || ofMethods.includes(name))).toBe(true)
  })

  test.each([
    ['looksam', { reuseEvery: 2 }],
    ['looksam', { alpha: 2 }],
    ['ksam', { k: 2 }],
    ['esam', { gamma: 0.1 }],
    ['asam', { eta: 5 }],
    ['msam', { rho: 1 }],
    ['gsam', { alpha: 3 }],
    ['crsam', { beta: 1 }],
    ['focal-sam', { lambda: 0.9 }],
    ['lars', { trust: 0.1 }],
  ])('%s is another run with %j', async (optimizer, hyper) => {
    const usual = { ...few, steps: 4, optimizer, ...(optimizer === 'lars' ? {} : { rho: 0.5 }) }
    const [a, b] = [await losses(newRunOptions(usual)), await losses(newRunOptions({ ...usual, ...hyper }))]
    expect(a).not.toEqual(b)
    expect(a[0]).toBe(b[0])
  })
})

describe('schedules', () => {
  const at = (name: string, warmup: number, totalSteps: number): number[] => {
    const lr = learningRate(schedules[name] ?? { summary: '', at: () => Number.NaN }, {
      lr: 1,
      warmup,
      totalSteps,
    })
    return Array.from({ length: totalSteps }, (_, step) => Number(lr(step).toFixed(6)))
  }

  test('step falls to a tenth at half of the run and to a hundredth at three quarters', () => {
    expect(at('step', 0, 8)).toEqual([1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01])
  })

  test('a warm-up rises in a straight line to the height, and the schedule has what remains', () => {
    expect(at('constant', 4, 6)).toEqual([0.25, 0.5, 0.75, 1, 1, 1])
    expect(at('cosine', 2, 6)).toEqual([0.5, 1, ...at('cosine', 0, 4)])
  })
})

describe('warm-up, label smoothing and augmentation', () => {
  const given = { ...few, warmup: 2, labelSmoothing: 0.1, augment: 'crop,flip,cutout,mixup', base: 'adamw' }
  let plain: readonly number[]

  beforeAll(async () => {
    plain = await losses(newRunOptions(few))
  })

  test('are what the options say, and are said by the flags', () => {
    const options = newRunOptions(given)
    expect(options).toMatchObject({
      warmup: 2,
      labelSmoothing: 0.1,
      augment: ['crop', 'flip', 'cutout', 'mixup'],
    })
    expect(Object.fromEntries(trainFlags(options))).toMatchObject({
      '--base': 'adamw',
      '--warmup': '2',
      '--label-smoothing': '0.1',
      '--augment': 'crop,flip,cutout,mixup',
    })
  })

  test.each([
    { warmup: 2 },
    { labelSmoothing: 0.1 },
    { augment: 'crop' },
    { augment: 'flip' },
    { augment: 'cutout' },
    { augment: 'mixup' },
  ])('%j makes another run', async (more) => {
    expect(await losses(newRunOptions({ ...few, ...more }))).not.toEqual(plain)
  })

  test('are kept by a run that goes on, which refuses others', () => {
    const options = newRunOptions(given)
    expect(resumedOptions(options, { resume: true })).toEqual(options)
    for (const other of [{ warmup: 3 }, { labelSmoothing: 0 }, { augment: 'crop' }, { base: 'sgd' }]) {
      expect(() => resumedOptions(options, other)).toThrow('the run to resume was begun with')
    }
  })
})
