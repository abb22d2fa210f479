import type { ImageDataset } from '@samkit/data'
import { Failure, UsageError } from '../errors.ts'
import { formatCount, formatLoss, formatPercent } from '../format.ts'
import { datasets } from '../registry/datasets.ts'
import { lookUp } from '../registry/look-up.ts'
import { models } from '../registry/models.ts'
import type { ModelDescription } from '../run/description.ts'
import { exists, runFolder } from '../run/folder.ts'
import { readModel, type SavedModel } from '../run/model-file.ts'
import { type Evaluation, evaluate } from '../training/evaluate.ts'
import { testBatchSize } from '../training/loop.ts'
import { chooseBackend } from '../training/setup.ts'
import { defaults } from './given.ts'

/** What was typed after `samkit eval`; what was not is missing. */
export interface GivenEvalOptions {
  readonly out?: string
  readonly checkpoint?: string
  readonly data?: string
  readonly dataDir?: string
  readonly testLimit?: number
  readonly backend?: string
}

/** Runs `samkit eval`; gives the exit status. */
export async function evalCommand(given: GivenEvalOptions): Promise<number> {
  const path = await modelPath(given)
  await chooseBackend(given.backend ?? defaults.backend)
  const saved = await readModel(path)
  const { description, options } = saved
  const data = given.data ?? description.data
  const dataset = lookUp('--data', datasets, data)
  const { test } = await dataset.load({
    dir: given.dataDir ?? (data === options.data ? options.dataDir : null),
    limit: null,
    testLimit: given.testLimit ?? null,
  })
  checkFits(path, description, test)
  const result = await evaluateSaved(saved, test)
  console.log(
    `${lookUp('--model', models, description.model).title} from ${path} on ${formatCount(test.length)} images of ${test.name}`,
  )
  console.log(`test accuracy ${formatPercent(result.accuracy, 2)}`)
  console.log(`test loss     ${formatLoss(result.loss)}`)
  return 0
}

async function modelPath({ out, checkpoint }: GivenEvalOptions): Promise<string> {
  if (out !== undefined && checkpoint !== undefined)
    throw new UsageError('give --out or --checkpoint, not both')
  if (checkpoint !== undefined) return checkpoint
  if (out === undefined)
    throw new UsageError('say which model: --out with the folder of a run, or --checkpoint with a file')
  const folder = runFolder(out)
  if (await exists(folder.model)) return folder.model
  if (await exists(folder.checkpoint)) return folder.checkpoint
  throw new Failure(`there is no model in ${out}: neither model.safetensors nor checkpoint.safetensors`)
}

function checkFits(
  path: string,
  { channels, height, width, classNames }: ModelDescription,
  test: ImageDataset,
): void {
  const [needs, has] = [
    { channels, height, width, classes: classNames.length },
    { ...test, classes: test.classNames.length },
  ].map((shape) => `${shape.channels}×${shape.height}×${shape.width} images of ${shape.classes} classes`)
  if (needs !== has) throw new Failure(`the model in ${path} takes ${needs}; ${test.name} has ${has}`)
}

async function evaluateSaved(
  { predict, description }: SavedModel,
  dataset: ImageDataset,
): Promise<Evaluation> {
  const { mean, std } = description
  const result = await evaluate({ predict, dataset, stats: { mean, std }, batchSize: testBatchSize })
  if (result === null) throw new Failure('the evaluation was stopped')
  return result
}
