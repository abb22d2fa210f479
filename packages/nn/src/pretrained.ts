import {
  type ByteSource,
  blobSource,
  bytesSource,
  fromOwned,
  key as keyOf,
  mapTree,
  OpError,
  openSafetensors,
  type SafetensorsFile,
  type Tensor,
} from '@samkit/core'
import type { Buffers } from './context.ts'
import type { Layer } from './layer.ts'
import { describeMismatch, findMismatch, type Mismatch } from './mismatch.ts'
import { stateDict } from './state-dict.ts'

/** Options of {@link loadPretrained}. */
export interface PretrainedOptions {
  /** Refuse a file that does not fit in every tensor. Default true. */
  readonly strict?: boolean
  /** Draws the parameters that a lenient load does not find. Default `key(0)`. */
  readonly key?: Tensor
}

/** A model's parameters and buffers from a file, and, of a lenient load, what did not fit. */
export interface Pretrained<P> extends Mismatch {
  readonly params: P
  readonly buffers: Buffers
}

/** Whether a buffer may be absent: files from before it existed lack it, and PyTorch takes them. */
function isOptional(path: string): boolean {
  return path.split('.').at(-1) === 'num_batches_tracked'
}

/**
 * Reads a model's parameters and buffers from a safetensors file: its bytes, a `Blob`, or a source. Names and shapes are
 * compared before any tensor is read; only what fits is read, and becomes the model's dtype. `loadPretrained` of
 * `@samkit/nn/node` takes a path.
 *
 * With `strict: false` tensors that do not fit keep their fresh values, such as a head for other classes, and are listed.
 *
 * @throws OpError listing what is missing, unexpected or misshapen, when strict. FileFormatError when the file is damaged.
 */
export async function loadPretrained<P>(
  model: Layer<P>,
  source: Uint8Array | Blob | ByteSource,
  { strict = true, key = keyOf(0) }: PretrainedOptions = {},
): Promise<Pretrained<P>> {
  const file = await openSafetensors(sourceOf(source))
  const fresh = { params: model.init(key), buffers: model.buffers?.() ?? {} }
  const needed = new Map(Object.entries(stateDict(fresh.params, fresh.buffers)))
  const { missing, unexpected, misshapen } = findMismatch(needed, file.entries)
  const mismatch = { missing: missing.filter((path) => !isOptional(path)), unexpected, misshapen }
  const problems = describeMismatch(mismatch)
  if (strict && problems !== null) throw new OpError('loadPretrained', problems)

  const absent = new Set([...missing, ...misshapen.map(({ path }) => path)])
  const found = await readTensors(
    file,
    [...needed].filter(([path]) => !absent.has(path)),
  )
  const choose = (leaf: Tensor, path: string): Tensor => found.get(path) ?? leaf
  return { params: mapTree(fresh.params, choose), buffers: mapTree(fresh.buffers, choose), ...mismatch }
}

function sourceOf(source: Uint8Array | Blob | ByteSource): ByteSource {
  if (source instanceof Uint8Array) return bytesSource(source)
  return 'arrayBuffer' in source ? blobSource(source) : source
}

/** The named tensors of a file, in the dtype of those they stand in for. One after the other, to hold few bytes twice. */
async function readTensors(
  file: SafetensorsFile,
  wanted: readonly (readonly [path: string, like: Tensor])[],
): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>()
  for (const [path, like] of wanted) {
    const { data, shape, dtype } = await file.read(path)
    tensors.set(path, fromOwned(data, shape, dtype).cast(like.dtype))
  }
  return tensors
}
