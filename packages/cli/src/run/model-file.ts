import { fromHostArray, type HostArray, key } from '@samkit/core'
import type { Layer } from '@samkit/nn'
import { loadStateDict } from '@samkit/nn'
import { Failure, oneLine } from '../errors.ts'
import { lookUp } from '../registry/look-up.ts'
import { models } from '../registry/models.ts'
import { checkpointKind } from './checkpoint.ts'
import { descriptionSchema, type ModelDescription } from './description.ts'
import { readRunFile, writeRunFile } from './run-file.ts'

const modelKind = 'samkit model 1'
const parameterPrefix = 'params.'

/** A model read back, ready to be used. */
export interface SavedModel {
  readonly description: ModelDescription
  readonly model: Layer<unknown>
  readonly params: unknown
}

/** The parameters of a snapshot by path, such as `conv1.weight`. */
export function parametersOf(arrays: Iterable<readonly [string, HostArray]>): Map<string, HostArray> {
  const parameters = [...arrays].filter(([path]) => path.startsWith(parameterPrefix))
  return new Map(parameters.map(([path, array]) => [path.slice(parameterPrefix.length), array]))
}

/** Writes parameters by path, with what it takes to use them, atomically. `about` is kept as it is. */
export async function writeModel(
  path: string,
  description: ModelDescription,
  parameters: ReadonlyMap<string, HostArray>,
  about: Readonly<Record<string, unknown>>,
): Promise<void> {
  await writeRunFile(path, modelKind, parameters, { description, ...about })
}

/**
 * Reads a model from a model file or from a checkpoint.
 *
 * @throws Failure where the file cannot be read, is damaged, or does not fit the model it names.
 */
export async function readModel(path: string): Promise<SavedModel> {
  const file = await readRunFile(path, [modelKind, checkpointKind])
  const description = file.value('description', descriptionSchema)
  const arrays = file.kind === checkpointKind ? parametersOf(file.arrays) : file.arrays
  const dict = Object.fromEntries([...arrays].map(([name, array]) => [name, fromHostArray(array)]))
  try {
    const { channels, height, width, classNames } = description
    const entry = lookUp('model', models, description.model)
    const model = entry.create({ channels, height, width, classes: classNames.length })
    return { description, model, params: loadStateDict(model.init(key(0)), dict) }
  } catch (cause) {
    throw new Failure(`${path}: ${oneLine(cause)}`, { cause })
  }
}
