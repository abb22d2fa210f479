import { z } from 'zod'
import { hyperNames } from '../registry/hyperparameters.ts'
import type { HyperValues } from '../registry/optimizers.ts'
import type { TrainOptions } from '../training/options.ts'

const count = z.int().nonnegative()
const maybeCount = count.nullable()

/** The form of {@link TrainOptions} in files. */
export const optionsSchema: z.ZodType<TrainOptions> = z.object({
  model: z.string(),
  data: z.string(),
  dataDir: z.string().nullable(),
  optimizer: z.string(),
  hyper: z.partialRecord(z.enum(hyperNames), z.number()) satisfies z.ZodType<HyperValues>,
  schedule: z.string(),
  length: z.object({ unit: z.enum(['epochs', 'steps']), count: z.int().positive() }),
  limit: maybeCount,
  testLimit: maybeCount,
  batchSize: z.int().positive(),
  seed: count,
  backend: z.string(),
})
