import { access, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '@samkit/core/node'
import { Failure, oneLine } from '../errors.ts'

/** The files of a run, in the folder it writes to. */
export interface RunFolder {
  readonly dir: string
  readonly metrics: string
  readonly model: string
  readonly checkpoint: string
  readonly report: string
}

/** The paths of a run's files in `dir`. */
export function runFolder(dir: string): RunFolder {
  return {
    dir,
    metrics: join(dir, 'metrics.jsonl'),
    model: join(dir, 'model.safetensors'),
    checkpoint: join(dir, 'checkpoint.safetensors'),
    report: join(dir, 'report.html'),
  }
}

/** Whether there is anything at `path`. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/**
 * Makes the folder ready for a new run: creates it, and takes away what an earlier run left. Its checkpoint is kept
 * under another name, as it may be of a run that was to go on.
 *
 * @returns the path the old checkpoint now has, or null where there was none.
 */
export async function clearFolder(folder: RunFolder): Promise<string | null> {
  return explained(folder.dir, async () => {
    await mkdir(folder.dir, { recursive: true })
    for (const path of [folder.metrics, folder.model, folder.report]) await rm(path, { force: true })
    if (!(await exists(folder.checkpoint))) return null
    const kept = join(folder.dir, 'previous-checkpoint.safetensors')
    await rename(folder.checkpoint, kept)
    return kept
  })
}

/** Takes away the temporary files of a process that was killed while it wrote them. */
export async function removeLeftovers({ dir }: RunFolder): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) {
    if (/^\.[\da-f-]{36}\.tmp$/.test(name)) await rm(join(dir, name), { force: true })
  }
}

/** Writes a text file of the run, atomically. */
export async function writeText(path: string, text: string): Promise<void> {
  await explained(path, () => writeFileAtomic(path, text))
}

/** `base`, or `base-2`, `base-3`, … : the first under which there is no run yet. */
export async function freeFolder(base: string): Promise<string> {
  const taken = await numberedFolders(base)
  const last = taken.at(-1)
  return last === undefined ? base : numbered(base, last + 1)
}

/** The latest of `base`, `base-2`, `base-3`, … that has a checkpoint. */
export async function latestFolder(base: string): Promise<string | undefined> {
  for (const number of (await numberedFolders(base)).reverse()) {
    const dir = numbered(base, number)
    if (await exists(runFolder(dir).checkpoint)) return dir
  }
  return undefined
}

const numbered = (base: string, number: number): string => (number === 1 ? base : `${base}-${number}`)

/** The numbers under which there are folders, ascending: 1 stands for `base` itself. */
async function numberedFolders(base: string): Promise<number[]> {
  const parent = join(base, '..')
  const names = await readdir(parent).catch(() => [])
  const found = names.flatMap((name) => {
    const path = join(parent, name)
    if (path === join(base)) return [1]
    const suffix = path.startsWith(`${join(base)}-`) ? path.slice(join(base).length + 1) : ''
    return /^[1-9]\d{0,5}$/.test(suffix) && suffix !== '1' ? [Number(suffix)] : []
  })
  return found.sort((a, b) => a - b)
}

async function explained<T>(path: string, act: () => Promise<T>): Promise<T> {
  return act().catch((cause: unknown) => {
    throw new Failure(`cannot write to ${path}: ${oneLine(cause)}`, { cause })
  })
}
