import type { HostArray } from '@samkit/core'
import { readSafetensorsFile, writeSafetensorsFile } from '@samkit/core/node'
import type { z } from 'zod'
import { Failure, oneLine } from '../errors.ts'

/** A safetensors file of samkit's: arrays, what kind of file it is, and JSON values by name. */
export interface RunFile {
  readonly kind: string
  readonly arrays: ReadonlyMap<string, HostArray>
  /** The JSON value under `name`, checked. */
  value<T>(name: string, schema: z.ZodType<T>): T
}

/** Writes arrays with JSON values beside them as safetensors metadata, atomically. */
export async function writeRunFile(
  path: string,
  kind: string,
  arrays: ReadonlyMap<string, HostArray>,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const strings = Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)] as const)
  try {
    await writeSafetensorsFile(path, arrays, { metadata: new Map([['format', kind], ...strings]) })
  } catch (cause) {
    throw new Failure(`cannot write ${path}: ${oneLine(cause)}`, { cause })
  }
}

/**
 * Reads a file of {@link writeRunFile}.
 *
 * @throws Failure where the file cannot be read, is damaged, or is of none of these kinds.
 */
export async function readRunFile(path: string, kinds: readonly string[]): Promise<RunFile> {
  const content = await readSafetensorsFile(path).catch((cause: unknown) => {
    throw new Failure(`cannot read ${path}: ${oneLine(cause)}`, { cause })
  })
  const kind = content.metadata.get('format')
  if (kind === undefined || !kinds.includes(kind)) {
    const found = kind === undefined ? 'its metadata name no format' : `it is a ${kind}`
    throw new Failure(`${path} is not a ${kinds.join(' or ')}: ${found}`)
  }
  return {
    kind,
    arrays: content.arrays,
    value: (name, schema) => parseValue(path, name, content.metadata.get(name), schema),
  }
}

function parseValue<T>(path: string, name: string, text: string | undefined, schema: z.ZodType<T>): T {
  if (text === undefined) throw new Failure(`${path}: its metadata lack "${name}"`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new Failure(`${path}: metadata "${name}" is not JSON: ${oneLine(cause)}`, { cause })
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const place = [name, ...(issue?.path ?? [])].join('.')
  throw new Failure(`${path}: metadata ${place}: ${issue?.message ?? 'is not valid'}`)
}
