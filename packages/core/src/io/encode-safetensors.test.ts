import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joinChunks } from './chunks.ts'
import { encodeSafetensors } from './encode-safetensors.ts'
import { anyArrays, anyName, bytesOfParts, expectSameArray, hostArray, strictSource } from './io.testing.ts'
import { openSafetensors } from './open-safetensors.ts'

test('arrays and metadata come back as they were written, in order', async () => {
  const metadata = fc.uniqueArray(fc.tuple(anyName, anyName), { selector: ([key]) => key, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(anyArrays, metadata, async (arrays, pairs) => {
      const bytes = await joinChunks(encodeSafetensors(arrays, { metadata: new Map(pairs) }))
      const file = await openSafetensors(strictSource(bytes))
      expect([...file.metadata]).toEqual(pairs)
      const back = await file.readAll()
      expect([...back.keys()]).toEqual([...arrays.keys()])
      for (const [name, array] of arrays) expectSameArray(back.get(name), array)
    }),
  )
})

test('the bytes are those the format describes', async () => {
  const arrays = {
    mask: hostArray('bool', [3], [1, 0, 1]),
    weight: hostArray('f32', [1, 2], [1.5, -2]),
  }
  const header =
    '{"__metadata__":{"format":"pt"},' +
    '"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[8,11]},' +
    '"weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}'
  expect(header.length).toBe(150)
  expect(await joinChunks(encodeSafetensors(arrays, { metadata: { format: 'pt' } }))).toEqual(
    bytesOfParts(
      new Uint8Array([152, 0, 0, 0, 0, 0, 0, 0]),
      `${header}  `,
      new Uint8Array([0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0, 1, 0, 1]),
    ),
  )
})

test('every array starts at a multiple of its element size', async () => {
  await fc.assert(
    fc.asyncProperty(anyArrays, async (arrays) => {
      const bytes = await joinChunks(encodeSafetensors(arrays))
      const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
      const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
      const records = Object.values(header ?? {}) as { dtype: string; data_offsets: [number, number] }[]
      expect(length % 8).toBe(0)
      for (const { dtype, data_offsets } of records) {
        expect(data_offsets[0] % { F64: 8, F32: 4, I32: 4, BOOL: 1 }[dtype]!).toBe(0)
      }
    }),
  )
})

test('the data chunks are the memory of the arrays, not copies', () => {
  const w = hostArray('f32', [2], [1, 2])
  const [, chunk] = [...encodeSafetensors({ w })]
  expect(chunk?.buffer).toBe(w.data.buffer)
})

test('a view into a larger buffer writes its own elements only', async () => {
  const data = new Float32Array([1, 2, 3, 4]).subarray(1, 3)
  const bytes = await joinChunks(encodeSafetensors({ v: { dtype: 'f32', shape: [2], data } }))
  const file = await openSafetensors(strictSource(bytes))
  expectSameArray(await file.read('v'), hostArray('f32', [2], [2, 3]))
})

describe('encodeSafetensors refuses', () => {
  test.each<[string, () => unknown, string]>([
    [
      'a reserved name',
      () => encodeSafetensors({ __metadata__: hostArray('f32', [0], []) }),
      'keeps the name "__metadata__"',
    ],
    [
      'half a surrogate pair',
      () => encodeSafetensors({ '\ud800': hostArray('f32', [0], []) }),
      'half of a surrogate pair',
    ],
    [
      'a wrong length',
      () => encodeSafetensors({ a: { dtype: 'f32', shape: [2, 2], data: new Float32Array(3) } }),
      'encodeSafetensors: array "a": shape [2,2] does not fit its 3 elements',
    ],
    [
      'a wrong array type',
      () => encodeSafetensors({ a: { dtype: 'f32', shape: [1], data: new Float64Array(1) } }),
      'array "a": dtype f32 but its data is a Float64Array',
    ],
    [
      'a bool of 2',
      () => encodeSafetensors({ a: { dtype: 'bool', shape: [1], data: new Uint8Array([2]) } }),
      'array "a": bool element 0 is 2, expected 0 or 1',
    ],
    [
      'a fractional axis',
      () => encodeSafetensors({ a: { dtype: 'bool', shape: [0.5], data: new Uint8Array(0) } }),
      'array "a": shape [0.5] has an axis that is not a whole number',
    ],
    [
      'metadata that is not text',
      () => encodeSafetensors({}, { metadata: { epoch: JSON.parse('3') } }),
      'a metadata value must be a string, got number',
    ],
  ])('%s', (_, encode, message) => {
    expect(encode).toThrow(message)
  })
})
