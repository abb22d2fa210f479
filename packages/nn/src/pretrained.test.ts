import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blobSource, encodeSafetensors, type HostArray, joinChunks, key, toHostArrays } from '@samkit/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchNorm2d } from './layers/batch-norm.ts'
import { conv2d } from './layers/conv2d.ts'
import { linear } from './layers/linear.ts'
import { module } from './module.ts'
import { loadPretrained as loadFile, savePretrained } from './node.ts'
import { loadPretrained } from './pretrained.ts'
import { stateDict } from './state-dict.ts'
import { irregular, numbers, valuesOf } from './testing/layers.testing.ts'

const net = (classes = 3) =>
  module({ conv1: conv2d(1, 2, 3), bn1: batchNorm2d(2), fc: linear(2, classes) }, (l, x) =>
    l.fc(l.bn1(l.conv1(x)).mean({ axis: [2, 3] })),
  )
const model = net()
const params = irregular(model)
const buffers = {
  'bn1.running_mean': numbers(1, [2]).cast('f32'),
  'bn1.running_var': numbers(2, [2]).add(2).cast('f32'),
  'bn1.num_batches_tracked': key(7).at(0),
}

/** The model's state as a file would hold it. */
async function arraysOf(): Promise<Map<string, HostArray>> {
  return toHostArrays(stateDict(params, buffers))
}

async function fileOf(arrays: ReadonlyMap<string, HostArray>): Promise<Uint8Array<ArrayBuffer>> {
  return joinChunks(encodeSafetensors(arrays))
}

/** A safetensors file put together byte by byte. */
function rawSafetensors(
  tensors: readonly (readonly [
    name: string,
    dtype: string,
    shape: readonly number[],
    bytes: readonly number[],
  ])[],
): Uint8Array {
  const header: Record<string, object> = {}
  const data: number[] = []
  for (const [name, dtype, shape, bytes] of tensors) {
    header[name] = { dtype, shape, data_offsets: [data.length, data.length + bytes.length] }
    data.push(...bytes)
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true)
  return Uint8Array.from([...length, ...text, ...data])
}

describe('loadPretrained', () => {
  it('reads parameters and buffers by name, from bytes, a Blob or a source, in the model’s dtypes', async () => {
    const bytes = await fileOf(await arraysOf())
    const blob = new Blob([bytes])
    for (const source of [bytes, blob, blobSource(blob)]) {
      const loaded = await loadPretrained(model, source)
      expect([loaded.missing, loaded.unexpected, loaded.misshapen]).toEqual([[], [], []])
      const dict = stateDict(loaded.params, loaded.buffers)
      for (const [path, expected] of Object.entries(stateDict(params, buffers))) {
        const found = dict[path]!
        expect(found.dtype).toBe(path.endsWith('tracked') ? 'i32' : 'f32')
        expect(await valuesOf(found)).toEqual((await valuesOf(expected)).map(Math.fround))
      }
    }
  })

  it('gives a model that computes what the saved one did', async () => {
    const { params: loaded, buffers: statistics } = await loadPretrained(
      model,
      await fileOf(await arraysOf()),
    )
    const x = numbers(3, [2, 1, 4, 4])
    const logits = (p: typeof params, b: typeof statistics) =>
      valuesOf(model.apply(p, x, { training: false, key: null, buffers: b }))
    const expected = await logits(params, buffers)
    ;(await logits(loaded, statistics)).forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i]!, 5)
    })
  })

  it('when strict lists all that does not fit', async () => {
    const arrays = await arraysOf()
    arrays.delete('conv1.bias')
    arrays.delete('bn1.running_var')
    arrays.set('fc.extra', { dtype: 'f32', shape: [1], data: new Float32Array(1) })
    await expect(loadPretrained(net(5), await fileOf(arrays))).rejects.toThrow(
      'loadPretrained: missing: conv1.bias, bn1.running_var; unexpected: fc.extra; ' +
        'fc.weight has shape [3, 2], the model needs [5, 2]; fc.bias has shape [3], the model needs [5]',
    )
  })

  it('when lenient keeps fresh values where nothing fits, and lists the same', async () => {
    const other = net(5)
    const bytes = await fileOf(await arraysOf())
    const loaded = await loadPretrained(other, bytes, { strict: false, key: key(9) })
    expect(loaded.misshapen.map(({ path }) => path)).toEqual(['fc.weight', 'fc.bias'])
    expect(await valuesOf(loaded.params.fc.weight)).toEqual(await valuesOf(other.init(key(9)).fc.weight))
    const conv = await valuesOf(params.conv1.weight)
    expect(await valuesOf(loaded.params.conv1.weight)).toEqual(conv.map(Math.fround))
  })

  it('takes files from before batches were counted, as PyTorch does', async () => {
    const arrays = await arraysOf()
    arrays.delete('bn1.num_batches_tracked')
    const loaded = await loadPretrained(model, await fileOf(arrays))
    expect(loaded.missing).toEqual([])
    expect(await loaded.buffers['bn1.num_batches_tracked']?.item()).toBe(0)
  })

  it('takes PyTorch’s 64-bit batch counts and half-precision weights', async () => {
    const bn = batchNorm2d(1)
    const bytes = rawSafetensors([
      ['weight', 'BF16', [1], [0xc0, 0x3f]], // 1.5
      ['bias', 'F16', [1], [0x00, 0xc1]], // -2.5
      ['running_mean', 'F32', [1], [0, 0, 0x80, 0x3f]], // 1
      ['running_var', 'F64', [1], [0, 0, 0, 0, 0, 0, 0, 0x40]], // 2
      ['num_batches_tracked', 'I64', [], [0x39, 0x30, 0, 0, 0, 0, 0, 0]], // 12345
    ])
    const loaded = await loadPretrained(bn, bytes)
    const state = Object.entries(stateDict(loaded.params, loaded.buffers))
    const values = await Promise.all(state.map(async ([path, t]) => [path, t.dtype, await valuesOf(t)]))
    expect(values).toEqual([
      ['weight', 'f32', [1.5]],
      ['bias', 'f32', [-2.5]],
      ['running_mean', 'f32', [1]],
      ['running_var', 'f32', [2]],
      ['num_batches_tracked', 'i32', [12345]],
    ])
  })

  it('says of a damaged file what is wrong', async () => {
    const bytes = await fileOf(await arraysOf())
    await expect(loadPretrained(model, bytes.subarray(0, 100))).rejects.toThrow('safetensors')
  })
})

describe('@samkit/nn/node', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'samkit-nn-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('reads by path what it wrote', async () => {
    const path = join(folder, 'net.safetensors')
    await savePretrained(path, params, buffers)
    const loaded = await loadFile(model, path)
    expect(await valuesOf(loaded.buffers['bn1.running_mean']!)).toEqual(
      await valuesOf(buffers['bn1.running_mean']),
    )
    expect((await readFile(path)).equals(await fileOf(await arraysOf()))).toBe(true)
  })

  it('refuses what is not there, and closes what it opened when the model does not fit', async () => {
    await expect(loadFile(model, join(folder, 'none.safetensors'))).rejects.toThrow('ENOENT')
    const path = join(folder, 'other.safetensors')
    await savePretrained(path, net(5).init(key(0)))
    await expect(loadFile(model, path)).rejects.toThrow('missing: bn1.running_mean')
  })
})
