import type { Snapshot } from '@samkit/optim'
import { z } from 'zod'
import type { TrainOptions } from '../training/options.ts'
import type { RunState } from '../training/state.ts'
import { descriptionSchema, type ModelDescription } from './description.ts'
import { optionsSchema } from './options-schema.ts'
import { readRunFile, writeRunFile } from './run-file.ts'

/** The format named in a checkpoint's metadata. */
export const checkpointKind = 'samkit checkpoint 1'

/** Where a run stands: all that it takes to go on as if it had never stopped. */
export interface Checkpoint {
  readonly description: ModelDescription
  readonly options: TrainOptions
  readonly state: RunState
  /** Parameters and optimizer state. */
  readonly snapshot: Snapshot
}

const count = z.int().nonnegative()

const metricsSchema = z.object({
  epoch: z.number(),
  step: count,
  loss: z.number(),
  trainAccuracy: z.number(),
  testLoss: z.number(),
  testAccuracy: z.number(),
  lr: z.number(),
  gradNorm: z.number(),
  perturbationNorm: z.number(),
  cost: z.number(),
  examplesPerSecond: z.number(),
  trainSeconds: z.number(),
  seconds: z.number(),
})

const stateSchema: z.ZodType<RunState> = z.object({
  epochs: z.array(metricsSchema),
  tally: z.object({
    steps: count,
    images: count,
    loss: z.number(),
    correct: count,
    gradNorm: z.number(),
    perturbationNorm: z.number(),
    cost: z.number(),
    seconds: z.number(),
  }),
  curve: z.object({
    stepsPerPoint: z.int().positive(),
    points: z.array(z.number()),
    open: z.object({ sum: z.number(), count }),
  }),
  seconds: z.number(),
})

/** Writes a checkpoint, atomically: a crash leaves the old one or the new one. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { description, options, state, snapshot } = checkpoint
  await writeRunFile(path, checkpointKind, new Map(Object.entries(snapshot)), { description, options, state })
}

/**
 * Reads a checkpoint.
 *
 * @throws Failure where the file cannot be read, is damaged, or is no checkpoint.
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const file = await readRunFile(path, [checkpointKind])
  const options = file.value('options', optionsSchema)
  return {
    description: file.value('description', descriptionSchema),
    options,
    state: file.value('state', stateSchema),
    snapshot: Object.fromEntries(file.arrays),
  }
}
