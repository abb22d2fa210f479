import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure, oneLine } from '../errors.ts'
import { exists, writeText } from '../run/folder.ts'
import { optionsSchema } from '../run/options-schema.ts'
import type { EpochMetrics } from '../training/metrics.ts'
import type { TrainOptions } from '../training/options.ts'

/** How sharp the minimum is that a run ended in, on some training images. */
export interface Sharpness {
  /** Number of training images, the first ones. */
  readonly images: number
  /** Largest eigenvalue of the Hessian of the loss, by power iteration. */
  readonly largestEigenvalue: number
  /** Whether the power iteration settled. */
  readonly converged: boolean
  /** `L(w + ρ g / ‖g‖) - L(w)`. */
  readonly epsilonSharpness: number
  /** The radius ρ of that. */
  readonly rho: number
}

/** What one run of a comparison came to. */
export interface RunResult {
  readonly options: TrainOptions
  readonly testAccuracy: number
  readonly testLoss: number
  /** Mean cost of a step in passes, where a step of plain gradient descent costs 1. */
  readonly cost: number
  /** Mean time of a step in seconds, the first epoch left out where there are others. */
  readonly secondsPerStep: number
  /** Training images that sharpness was asked for on; 0 for none. */
  readonly sharpnessImages: number
  /** Null where it was not asked for. */
  readonly sharpness: Sharpness | null
}

const resultSchema: z.ZodType<RunResult> = z.object({
  options: optionsSchema,
  testAccuracy: z.number(),
  testLoss: z.number(),
  cost: z.number(),
  secondsPerStep: z.number(),
  sharpnessImages: z.int().nonnegative(),
  sharpness: z
    .object({
      images: z.int().positive(),
      largestEigenvalue: z.number(),
      converged: z.boolean(),
      epsilonSharpness: z.number(),
      rho: z.number(),
    })
    .nullable(),
})

/** Where a run of a comparison keeps its result. */
function resultPath(dir: string): string {
  return join(dir, 'result.json')
}

/** Writes the result of the run in `dir`, atomically. */
export async function writeResult(dir: string, result: RunResult): Promise<void> {
  await writeText(resultPath(dir), `${JSON.stringify(result, null, 2)}\n`)
}

/**
 * The result of the run in `dir`; null where it has none yet.
 *
 * @throws Failure where the file is no result.
 */
export async function readResult(dir: string): Promise<RunResult | null> {
  const path = resultPath(dir)
  if (!(await exists(path))) return null
  try {
    return resultSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw new Failure(`${path} is no result of a run: ${oneLine(cause)}`, { cause })
  }
}

/** What the metrics of a finished run come to. */
export function resultOf(
  options: TrainOptions,
  metrics: readonly EpochMetrics[],
  sharpness: Pick<RunResult, 'sharpness' | 'sharpnessImages'>,
): RunResult {
  const last = metrics.at(-1)
  if (last === undefined) throw new Failure('a run without a single epoch has no result')
  const epochs = metrics.map((at, i) => ({ ...at, steps: at.step - (metrics[i - 1]?.step ?? 0) }))
  // The first steps compile their plans.
  const timed = epochs.length > 1 ? epochs.slice(1) : epochs
  const sum = (of: typeof epochs, value: (at: (typeof epochs)[number]) => number): number =>
    of.reduce((total, at) => total + value(at), 0)
  return {
    options,
    testAccuracy: last.testAccuracy,
    testLoss: last.testLoss,
    cost: sum(epochs, (at) => at.cost * at.steps) / sum(epochs, (at) => at.steps),
    secondsPerStep: sum(timed, (at) => at.trainSeconds) / sum(timed, (at) => at.steps),
    ...sharpness,
  }
}
