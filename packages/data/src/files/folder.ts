import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { NamedBytes } from '../formats/contents.ts'

/** A dataset's files are missing or cannot be read. The message says what was looked for and what to do. */
export class MissingDataError extends Error {
  override readonly name: string = 'MissingDataError'
}

/** Where a dataset's files may lie and where a person gets them. */
export interface DataSource {
  /** For people: `Fashion-MNIST`. */
  readonly title: string
  /** Its folder under `SAMKIT_DATA`: `fashion-mnist`. */
  readonly folder: string
  /** Folders inside the given one to look in as well, where archives unpack to. */
  readonly inside: readonly string[]
  /** Address of the page that offers the files. */
  readonly page: string
}

/** Finds and reads one dataset's files. */
export interface DataFolder {
  /** Reads `file`, or `file.gz` where there is only that. */
  read(file: string): Promise<NamedBytes>
  /** Whether there is `file` or `file.gz`. */
  has(file: string): Promise<boolean>
}

/**
 * The folder of `source`'s files: `dir`, or `$SAMKIT_DATA/<folder>` without it, or a folder inside it that
 * has `landmark` (or `landmark.gz`).
 *
 * @throws MissingDataError where no folder is given or none has the landmark.
 */
export async function dataFolder(
  source: DataSource,
  dir: string | undefined,
  landmark: string,
): Promise<DataFolder> {
  const { title, folder, inside, page } = source
  const base = process.env.SAMKIT_DATA
  const root = dir ?? (base === undefined || base === '' ? undefined : join(base, folder))
  const cure = `Get the files from ${page} and pass their folder (--data-dir), or set SAMKIT_DATA to the folder above ${folder}/.`
  if (root === undefined) throw new MissingDataError(`${title}: no folder was given. ${cure}`)

  if (!(await isFolder(root))) throw new MissingDataError(`${title}: there is no folder ${root}. ${cure}`)
  const candidates = ['', folder, ...inside, ...inside.map((name) => join(folder, name))].map((name) =>
    join(root, name),
  )
  for (const candidate of candidates) {
    if ((await locate(candidate, landmark)) === undefined) continue
    return {
      has: async (file) => (await locate(candidate, file)) !== undefined,
      read: async (file) => {
        const path = await locate(candidate, file)
        if (path === undefined)
          throw new MissingDataError(`${title}: no ${file} or ${file}.gz in ${candidate}. ${cure}`)
        return { file: path, bytes: await readWhole(title, path) }
      },
    }
  }
  throw new MissingDataError(`${title}: no ${landmark} or ${landmark}.gz in ${root}. ${cure}`)
}

/** The path of `file` or `file.gz` in `folder`, whichever is there, the plain one first. */
async function locate(folder: string, file: string): Promise<string | undefined> {
  for (const name of [file, `${file}.gz`]) {
    const path = join(folder, name)
    // A folder or device of that name is no data file; reading a device could go on for ever.
    if (
      await stat(path).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      return path
  }
  return undefined
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

async function readWhole(title: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MissingDataError(`${title}: cannot read ${path}: ${reason}`, { cause })
  }
}
