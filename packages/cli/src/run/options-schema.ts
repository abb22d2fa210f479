import { z } from 'zod'
import { type HyperValues, hyperNames } from '../registry/hyperparameters.ts'
import type { TrainOptions } from '../training/options.ts'

const count = z.int().nonnegative()
const maybeCount = count.nullable()

/** The form of {@link TrainOptions} in files. */
export const optionsSchema: z.ZodType<TrainOptions> = z.object({
  model: z.string(),
  data: z.string(),
  dataDir: z.string().nullable(),
  optimizer: z.string(),
  base: z.string().nullable(),
  hyper: z.partialRecord(z.enum(hyperNames), z.number()) satisfies z.ZodType<HyperValues>,
  schedule: z.string(),
  warmup: count,
  labelSmoothing: z.number().min(0).max(1),
  augment: z.array(z.string()),
  length: z.object({ unit: z.enum(['epochs', 'steps']), count: z.int().positive() }),
  limit: maybeCount,
  testLimit: maybeCount,
  batchSize: z.int().positive(),
  seed: count,
  backend: z.string(),
})
