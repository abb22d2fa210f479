/**
 * Models and files on Node.
 *
 * @packageDocumentation
 */
import { toHostArrays } from '@samkit/core'
import { fileSource, writeSafetensorsFile } from '@samkit/core/node'
import type { Buffers } from './context.ts'
import type { Layer } from './layer.ts'
import { loadPretrained as load, type Pretrained, type PretrainedOptions } from './pretrained.ts'
import { stateDict } from './state-dict.ts'

/**
 * Reads a model's parameters and buffers from a safetensors file on disk, as `loadPretrained` of `@samkit/nn` does from
 * bytes.
 *
 * @throws OpError when strict and something does not fit, FileFormatError when the file is damaged, and what the system
 * says when it cannot be read.
 *
 * @example
 * const model = resnet18()
 * const { params, buffers } = await loadPretrained(model, 'resnet18.safetensors')
 */
export async function loadPretrained<P>(
  model: Layer<P>,
  path: string,
  options?: PretrainedOptions,
): Promise<Pretrained<P>> {
  const source = await fileSource(path)
  try {
    return await load(model, source, options)
  } finally {
    await source.close()
  }
}

/** Writes parameters and buffers to a safetensors file that {@link loadPretrained}, PyTorch and timm read. Atomic. */
export async function savePretrained(path: string, params: unknown, buffers: Buffers = {}): Promise<void> {
  await writeSafetensorsFile(path, await toHostArrays(stateDict(params, buffers)))
}
