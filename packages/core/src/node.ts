/**
 * Files on Node: sources that read ranges of a file, atomic writes, and each format in one call.
 *
 * @packageDocumentation
 */
import type { HostArray } from './graph/dtype.ts'
import type { NamedArrays } from './io/array-file.ts'
import { encodeSafetensors, type SafetensorsOptions } from './io/encode-safetensors.ts'
import { fileSource } from './io/node/file-source.ts'
import { writeFileAtomic } from './io/node/write-file-atomic.ts'
import { decodeNpy, encodeNpy } from './io/npy.ts'
import { encodeNpz, type NpzOptions, openNpz } from './io/npz.ts'
import { openSafetensors } from './io/open-safetensors.ts'

export { type FileContent, writeFileAtomic } from './io/node/write-file-atomic.ts'
export { fileSource }

/** What a safetensors file holds: its tensors by name, in the file's order, and its `__metadata__` strings. */
export interface SafetensorsContent {
  readonly arrays: Map<string, HostArray>
  readonly metadata: ReadonlyMap<string, string>
}

/**
 * Reads every tensor of a safetensors file, as `openSafetensors` does. To read only some, open the file with
 * `openSafetensors(await fileSource(path))`.
 */
export async function readSafetensorsFile(path: string): Promise<SafetensorsContent> {
  const source = await fileSource(path)
  try {
    const file = await openSafetensors(source)
    return { arrays: await file.readAll(), metadata: file.metadata }
  } finally {
    await source.close()
  }
}

/** Writes a safetensors file atomically. Throws as `encodeSafetensors` and {@link writeFileAtomic} do. */
export async function writeSafetensorsFile(
  path: string,
  arrays: NamedArrays,
  options?: SafetensorsOptions,
): Promise<void> {
  await writeFileAtomic(path, encodeSafetensors(arrays, options))
}

/** Reads the array of an npy file, as `decodeNpy` does. */
export async function readNpyFile(path: string): Promise<HostArray> {
  const source = await fileSource(path)
  try {
    return await decodeNpy(source)
  } finally {
    await source.close()
  }
}

/** Writes an npy file atomically. Throws as `encodeNpy` and {@link writeFileAtomic} do. */
export async function writeNpyFile(path: string, array: HostArray): Promise<void> {
  await writeFileAtomic(path, encodeNpy(array))
}

/** Reads every array of an npz file by name, as `openNpz` does. */
export async function readNpzFile(path: string): Promise<Map<string, HostArray>> {
  const source = await fileSource(path)
  try {
    const file = await openNpz(source)
    return await file.readAll()
  } finally {
    await source.close()
  }
}

/** Writes an npz file atomically. Throws as `encodeNpz` and {@link writeFileAtomic} do. */
export async function writeNpzFile(path: string, arrays: NamedArrays, options?: NpzOptions): Promise<void> {
  await writeFileAtomic(path, encodeNpz(arrays, options))
}
