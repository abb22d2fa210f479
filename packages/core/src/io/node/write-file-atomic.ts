import { randomUUID } from 'node:crypto'
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What {@link writeFileAtomic} writes: text (as UTF-8), bytes, or chunks of bytes one after another. */
export type FileContent = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** One write call takes at most 2³¹ − 1 bytes. */
const mostAtOnce = 2 ** 30

/**
 * Writes a file so that whoever reads `path`, even after a crash, finds the old file or the new one, whole: the
 * content goes to a temporary file in the same folder, is flushed to disk, and takes the place of `path` in one
 * step. An existing file keeps its permissions, and a link is followed.
 *
 * Throws what the system says, or what the content throws; the temporary file is then removed and the old file
 * is as it was.
 */
export async function writeFileAtomic(path: string, content: FileContent): Promise<void> {
  const target = (await existing(() => realpath(path))) ?? path
  const old = await existing(() => stat(target))
  if (old?.isDirectory()) throw new Error(`writeFileAtomic: "${path}" is a folder`)
  const folder = dirname(target)
  const temporary = join(folder, `.${randomUUID()}.tmp`)
  const handle = await open(temporary, 'wx')
  try {
    try {
      if (old !== undefined) await handle.chmod(old.mode & 0o7777)
      await writeAll(handle, content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(folder)
}

async function writeAll(handle: FileHandle, content: FileContent): Promise<void> {
  if (typeof content === 'string') return handle.writeFile(content)
  const chunks = content instanceof Uint8Array ? [content] : content
  for await (const chunk of chunks) {
    for (let done = 0; done < chunk.length; ) {
      const length = Math.min(chunk.length - done, mostAtOnce)
      done += (await handle.write(chunk, done, length)).bytesWritten
    }
  }
}

/** What `look` finds, or `undefined` where there is nothing at the path. */
async function existing<Result>(look: () => Promise<Result>): Promise<Result | undefined> {
  return look().catch((error: unknown) => {
    if (hasCode(error, ['ENOENT'])) return undefined
    throw error
  })
}

/** Makes the renaming itself survive a crash, where folders can be flushed at all: not on Windows. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (!hasCode(error, ['EACCES', 'EBADF', 'EINVAL', 'EISDIR', 'ENOTSUP', 'EPERM'])) throw error
  }
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
