import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../errors.ts'
import { type Checkpoint, readCheckpoint } from '../run/checkpoint.ts'
import { exists, freeFolder, latestFolder, type RunFolder, runFolder } from '../run/folder.ts'
import type { TrainOptions } from '../training/options.ts'
import { defaults, type GivenTrainOptions, newRunOptions, resumedOptions } from './given.ts'

/** A run that is about to begin or go on. */
export interface PlannedRun {
  readonly options: TrainOptions
  readonly folder: RunFolder
  /** Where it goes on from; null for a new run. */
  readonly checkpoint: Checkpoint | null
}

/** Works out from what was typed which run is meant. Touches no file but to read the checkpoint. */
export async function planRun(given: GivenTrainOptions): Promise<PlannedRun> {
  const { model, data, optimizer } = { ...defaults, ...given }
  const usual = join('runs', `${model}-${data}-${optimizer}`)
  if (given.resume === undefined) {
    const options = newRunOptions(given)
    return { options, folder: runFolder(given.out ?? (await freeFolder(usual))), checkpoint: null }
  }
  const { path, folder } = await findCheckpoint(given.resume, given.out, usual)
  const checkpoint = await readCheckpoint(path)
  return { options: resumedOptions(checkpoint.options, given), folder, checkpoint }
}

async function findCheckpoint(
  resume: string | true,
  out: string | undefined,
  usual: string,
): Promise<{ path: string; folder: RunFolder }> {
  const from = resume === true ? (out ?? (await latestFolder(usual)) ?? usual) : resume
  const isFolder = await stat(from).then(
    (found) => found.isDirectory(),
    () => resume === true,
  )
  const path = isFolder ? runFolder(from).checkpoint : from
  if (!(await exists(path))) throw new Failure(`nothing to resume: there is no ${path}`)
  return { path, folder: runFolder(out ?? dirname(path)) }
}
