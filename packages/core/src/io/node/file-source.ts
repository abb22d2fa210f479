import { open } from 'node:fs/promises'
import type { ByteSource } from '../byte-source.ts'
import { FileFormatError } from '../format-error.ts'

/** One read call takes at most 2³¹ − 1 bytes. */
const mostAtOnce = 2 ** 30

/**
 * A source over a file, which stays open until `close`. Only the ranges asked for are read. Throws what the
 * system says when the file cannot be opened, and an `Error` when `path` is not a regular file.
 */
export async function fileSource(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  const handle = await open(path, 'r')
  const status = await handle.stat().catch(async (error: unknown) => {
    await handle.close()
    throw error
  })
  if (!status.isFile()) {
    await handle.close()
    throw new Error(`fileSource: "${path}" is ${status.isDirectory() ? 'a folder' : 'not a regular file'}`)
  }
  return {
    name: path,
    size: status.size,
    async read(offset, target) {
      for (let done = 0; done < target.length; ) {
        const length = Math.min(target.length - done, mostAtOnce)
        const { bytesRead } = await handle.read(target, done, length, offset + done)
        if (bytesRead === 0) {
          const place = { format: 'file', file: path, field: 'data', offset: offset + done }
          throw new FileFormatError(
            place,
            `the file ends here, but had ${status.size} bytes when it was opened`,
          )
        }
        done += bytesRead
      }
    },
    close: () => handle.close(),
  }
}
