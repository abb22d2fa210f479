import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostArray } from '@samkit/core'
import { writeSafetensorsFile } from '@samkit/core/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Failure } from '../errors.ts'
import type { TrainOptions } from '../training/options.ts'
import { emptyState } from '../training/state.ts'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { readModel, writeModel } from './model-file.ts'

const options: TrainOptions = {
  model: 'mlp',
  data: 'synthetic',
  dataDir: null,
  optimizer: 'sgd',
  base: null,
  hyper: { lr: 0.1, momentum: 0.9, weightDecay: 0 },
  schedule: 'constant',
  warmup: 0,
  labelSmoothing: 0,
  augment: [],
  length: { unit: 'epochs', count: 3 },
  limit: null,
  testLimit: 5,
  batchSize: 8,
  seed: 0,
  backend: 'reference',
}

const weight: HostArray = { dtype: 'f32', shape: [2], data: Float32Array.of(0.1, -3) }

const checkpoint: Checkpoint = {
  description: {
    model: 'mlp',
    data: 'synthetic',
    channels: 1,
    height: 8,
    width: 8,
    classNames: ['a', '"b"\n</x>'],
    mean: [0.1 + 0.2],
    std: [1 / 3],
  },
  options,
  state: { ...emptyState, seconds: 1.25 },
  snapshot: { 'params.w': weight },
}

let folder: string
let path: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samkit-'))
  path = join(folder, 'x.safetensors')
})
afterAll(() => rm(folder, { recursive: true }))

/** Writes a checkpoint's file with some of its metadata replaced. */
async function writeWith(metadata: Readonly<Record<string, string>>): Promise<void> {
  const { description, state } = checkpoint
  const right = {
    format: 'samkit checkpoint 1',
    description: JSON.stringify(description),
    options: JSON.stringify(options),
    state: JSON.stringify(state),
  }
  await writeSafetensorsFile(path, { 'params.w': weight }, { metadata: { ...right, ...metadata } })
}

test('a checkpoint comes back as it was written', async () => {
  await writeCheckpoint(path, checkpoint)
  expect(await readCheckpoint(path)).toEqual(checkpoint)
})

describe('a checkpoint is refused that', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['is of another format', { format: 'pt' }, 'is not a samkit checkpoint 1: it is a pt'],
    ['has metadata that are no JSON', { state: '{"epochs":' }, 'metadata "state" is not JSON'],
    ['lacks a number', { state: '{}' }, 'metadata state.epochs: Invalid input'],
    [
      'has a word for a number',
      { options: JSON.stringify({ ...options, seed: 'x' }) },
      'metadata options.seed',
    ],
    [
      'has a negative count',
      { options: JSON.stringify({ ...options, limit: -1 }) },
      'metadata options.limit',
    ],
    ['has no batch', { options: JSON.stringify({ ...options, batchSize: 0 }) }, 'metadata options.batchSize'],
    [
      'divides by zero',
      { description: JSON.stringify({ ...checkpoint.description, std: [0] }) },
      'metadata description.std.0',
    ],
  ])('%s', async (_, metadata, message) => {
    await writeWith(metadata)
    const failure = await readCheckpoint(path).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Failure)
    expect(String(failure)).toContain(message)
    expect(String(failure)).toContain(path)
  })

  test('is no safetensors file', async () => {
    await writeFile(path, 'PK')
    await expect(readCheckpoint(path)).rejects.toThrow(`cannot read ${path}: `)
  })

  test('is not there', async () => {
    await expect(readCheckpoint(join(folder, 'none'))).rejects.toThrow('ENOENT')
  })
})

describe('a model is refused', () => {
  const about = { options, metrics: [] }

  test('whose arrays do not fit what it says it is', async () => {
    await writeModel(path, checkpoint.description, new Map([['w', weight]]), about)
    await expect(readModel(path)).rejects.toThrow(`${path}: loadStateDict: `)
  })

  test('that this version does not know', async () => {
    await writeModel(path, { ...checkpoint.description, model: 'mlpp' }, new Map([['w', weight]]), about)
    await expect(readModel(path)).rejects.toThrow(`${path}: model: there is no "mlpp" (did you mean mlp?)`)
  })
})
