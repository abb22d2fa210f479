import { fromHostArray, type HostArray, key, realize, type Tensor } from '@samkit/core'
import { loadStateDict } from '@samkit/nn'
import { Failure, oneLine } from '../errors.ts'
import { lookUp } from '../registry/look-up.ts'
import { models } from '../registry/models.ts'
import type { EpochMetrics } from '../training/metrics.ts'
import type { TrainOptions } from '../training/options.ts'
import { checkpointKind } from './checkpoint.ts'
import { descriptionSchema, type ModelDescription } from './description.ts'
import { optionsSchema } from './options-schema.ts'
import { readRunFile, writeRunFile } from './run-file.ts'

const modelKind = 'samkit model 1'
/** Where a snapshot keeps what belongs to the model itself, parameters and buffers. */
const ofModel = /^(?:params|buffers)\./

/** A model read back, ready to be used. */
export interface SavedModel {
  readonly description: ModelDescription
  /** The options of the run that made it. */
  readonly options: TrainOptions
  /** Logits `[N, classes]` of images `[N, C, H, W]`, normalised as the description says. */
  predict(images: Tensor): Promise<Tensor>
}

/** The parameters and buffers in a snapshot by path, such as `conv1.weight` or `bn1.running_mean`. */
export function modelArrays(snapshot: Iterable<readonly [string, HostArray]>): Map<string, HostArray> {
  const own = [...snapshot].filter(([path]) => ofModel.test(path))
  return new Map(own.map(([path, array]) => [path.replace(ofModel, ''), array]))
}

/** Writes parameters and buffers by path, with what it takes to use them and how they came about, atomically. */
export async function writeModel(
  path: string,
  description: ModelDescription,
  arrays: ReadonlyMap<string, HostArray>,
  about: { readonly options: TrainOptions; readonly metrics: readonly EpochMetrics[] },
): Promise<void> {
  await writeRunFile(path, modelKind, arrays, { description, ...about })
}

/**
 * Reads a model from a model file or from a checkpoint.
 *
 * @throws Failure where the file cannot be read, is damaged, or does not fit the model it names.
 */
export async function readModel(path: string): Promise<SavedModel> {
  const file = await readRunFile(path, [modelKind, checkpointKind])
  const description = file.value('description', descriptionSchema)
  const options = file.value('options', optionsSchema)
  const arrays = file.kind === checkpointKind ? modelArrays(file.arrays) : file.arrays
  try {
    return { description, options, predict: predictor(description, arrays) }
  } catch (cause) {
    throw new Failure(`${path}: ${oneLine(cause)}`, { cause })
  }
}

function predictor(
  { model: name, channels, height, width, classNames }: ModelDescription,
  arrays: ReadonlyMap<string, HostArray>,
): SavedModel['predict'] {
  const entry = lookUp('model', models, name)
  const model = entry.create({ channels, height, width, classes: classNames.length })
  const initialBuffers = model.buffers?.() ?? {}
  const tensors = [...arrays].map(([path, array]) => [path, fromHostArray(array)] as const)
  const isBuffer = (path: string): boolean => Object.hasOwn(initialBuffers, path)
  const params = loadStateDict(
    model.init(key(0)),
    Object.fromEntries(tensors.filter(([path]) => !isBuffer(path))),
  )
  const buffers = loadStateDict(
    initialBuffers,
    Object.fromEntries(tensors.filter(([path]) => isBuffer(path))),
  )
  return async (images) => {
    const logits = model.apply(params, images, { training: false, key: null, buffers })
    await realize(logits)
    return logits
  }
}
