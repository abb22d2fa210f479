import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCheckpoint, writeCheckpoint } from '../run/checkpoint.ts'
import { digests } from '../run/digests.testing.ts'
import { restoreRun } from '../run/restore.ts'
import { type EpochResult, trainLoop } from './loop.ts'
import { type EpochMetrics, metricsLines } from './metrics.ts'
import type { TrainOptions } from './options.ts'
import { type Setup, setUp } from './setup.ts'
import { emptyState, type RunState } from './state.ts'

/** 18 images in batches of 5: four steps an epoch, the last of 3 images. */
const options: TrainOptions = {
  model: 'mlp',
  data: 'synthetic',
  dataDir: null,
  optimizer: 'sam',
  base: 'sgd',
  hyper: { lr: 0.05, momentum: 0.9, weightDecay: 0, rho: 0.05 },
  schedule: 'constant',
  warmup: 0,
  labelSmoothing: 0,
  augment: [],
  length: { unit: 'epochs', count: 3 },
  limit: 18,
  testLimit: 12,
  batchSize: 5,
  seed: 7,
  backend: 'reference',
}

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samkit-'))
})
afterAll(() => rm(folder, { recursive: true }))

interface Ran {
  readonly state: RunState
  readonly finished: boolean
  readonly epochs: readonly EpochResult[]
}

/** Runs until the end, or stops when so many steps or test images have been seen. */
async function go(
  setup: Setup,
  from: RunState,
  stop: { steps?: number; testImages?: number } = {},
): Promise<Ran> {
  const controller = new AbortController()
  const epochs: EpochResult[] = []
  const end = await trainLoop(setup, from, controller.signal, {
    onStep: () => {
      if (setup.run.steps === stop.steps) controller.abort()
    },
    onTest: (images) => {
      if (images === stop.testImages) controller.abort()
    },
    onEpoch: async (result) => {
      epochs.push(result)
    },
  })
  return { ...end, epochs }
}

/** Every bit of parameters and optimizer state. */
async function bitsOf({ run }: Setup): Promise<Record<string, string>> {
  return digests(Object.entries(await run.snapshot()))
}

/** Metrics without what the clock decides. */
function timeless(metrics: readonly EpochMetrics[]): object[] {
  return metrics.map(({ examplesPerSecond: _rate, trainSeconds: _train, seconds: _all, ...rest }) => rest)
}

/** Stops a run as said, saves it, and lets another trainer finish it from the file. */
async function inTwoParts(
  name: string,
  first: TrainOptions,
  stop: Parameters<typeof go>[2],
  second: TrainOptions = first,
): Promise<Ran & { setup: Setup }> {
  const path = join(folder, name)
  const before = await setUp(first)
  const { state } = await go(before, emptyState, stop)
  const { description } = before
  await writeCheckpoint(path, { description, options: first, state, snapshot: await before.run.snapshot() })
  const checkpoint = await readCheckpoint(path)
  expect(checkpoint.options).toEqual(first)
  const setup = await setUp(second)
  return { setup, ...(await go(setup, restoreRun(setup, checkpoint))) }
}

describe('a run', { timeout: 60_000 }, () => {
  let whole: Ran
  let wholeSetup: Setup

  beforeAll(async () => {
    wholeSetup = await setUp(options)
    whole = await go(wholeSetup, emptyState)
  })

  test('tests after each epoch and tells what each came to', () => {
    expect(whole.finished).toBe(true)
    expect(whole.epochs.map(({ metrics }) => metrics.length)).toEqual([1, 2, 3])
    expect(whole.state.epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 4],
      [2, 8],
      [3, 12],
    ])
    for (const at of whole.state.epochs) {
      expect(at.perturbationNorm).toBeCloseTo(0.05, 5)
      expect(at.lr).toBe(0.05)
      for (const value of Object.values(at)) expect(value).toBeGreaterThan(0)
    }
  })

  test('says an accuracy and a loss that fit its predictions', () => {
    const { labels } = wholeSetup.splits.test
    for (const { metrics, evaluation } of whole.epochs) {
      const right = evaluation.predictions.filter((given, i) => given === labels[i]).length
      expect(metrics.at(-1)?.testAccuracy).toBe(right / 12)
      expect(evaluation.probabilities.every((p) => p > 0 && p <= 1)).toBe(true)
    }
  })

  test('learns: the loss falls', () => {
    const losses = whole.state.epochs.map(({ loss }) => loss)
    expect(losses).toEqual([...losses].sort((a, b) => b - a))
  })

  test.each<[string, { steps?: number; testImages?: number }]>([
    ['in the middle of the first epoch', { steps: 1 }],
    ['in the middle of a later epoch', { steps: 6 }],
    ['before the last, smaller batch of an epoch', { steps: 7 }],
    ['after the last step of an epoch, before its test', { steps: 8 }],
    ['at its very last step', { steps: 12 }],
    ['during a test', { testImages: 12 }],
  ])('stopped %s and resumed is the run never stopped, bit for bit', async (name, stop) => {
    const { state, epochs, finished, setup } = await inTwoParts(`${name}.safetensors`, options, stop)
    expect(finished).toBe(true)
    expect(await bitsOf(setup)).toEqual(await bitsOf(wholeSetup))
    expect(timeless(state.epochs)).toEqual(timeless(whole.state.epochs))
    expect(state.curve).toEqual(whole.state.curve)
    expect(epochs.at(-1)?.evaluation).toEqual(whole.epochs.at(-1)?.evaluation)
  })

  test('of a network with running statistics and augmented images, stopped and resumed, is the run never stopped', async () => {
    const resnet: TrainOptions = {
      ...options,
      model: 'resnet20',
      optimizer: 'looksam',
      hyper: { lr: 0.05, momentum: 0.9, weightDecay: 0, rho: 0.05, reuseEvery: 2, alpha: 0.7 },
      augment: ['crop', 'mixup'],
      length: { unit: 'steps', count: 4 },
      limit: 6,
      testLimit: 2,
      batchSize: 2,
    }
    const uninterrupted = await setUp(resnet)
    await go(uninterrupted, emptyState)
    const { setup } = await inTwoParts('resnet.safetensors', resnet, { steps: 1 })
    const bits = await bitsOf(setup)
    expect(bits).toEqual(await bitsOf(uninterrupted))
    expect(Object.keys(bits).some((path) => path.includes('running_mean'))).toBe(true)
  })

  test('cut short by steps ends with a part of an epoch, and made longer is the longer run', async () => {
    const short: TrainOptions = { ...options, length: { unit: 'steps', count: 6 } }
    const { state, epochs } = await go(await setUp(short), emptyState)
    expect(epochs.at(-1)?.metrics.map(({ epoch }) => epoch)).toEqual([1, 1.5])
    expect(state.epochs).toHaveLength(1)

    const longer = await inTwoParts('longer.safetensors', short, {}, options)
    expect(await bitsOf(longer.setup)).toEqual(await bitsOf(wholeSetup))
    expect(timeless(longer.state.epochs)).toEqual(timeless(whole.state.epochs))
  })

  test('with another seed is another run', async () => {
    const setup = await setUp({ ...options, seed: 8, length: { unit: 'steps', count: 1 } })
    const { state } = await go(setup, emptyState)
    expect(state.tally.loss).not.toBe(whole.state.curve.points[0])
  })
})

test('a step whose loss is not finite names step and learning rate, and the run ends', async () => {
  const setup = await setUp({ ...options, hyper: { ...options.hyper, lr: 1e30 } })
  await expect(go(setup, emptyState)).rejects.toThrow(/^step 2 at learning rate 1e\+30 failed: .*the loss is/)
})

test('metrics are one line of JSON an epoch', async () => {
  const { state } = await go(await setUp({ ...options, length: { unit: 'epochs', count: 2 } }), emptyState)
  const text = metricsLines(state.epochs)
  expect(text.endsWith('\n')).toBe(true)
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(state.epochs)
})
