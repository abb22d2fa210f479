import { expect, test } from 'vitest'
import { blobSource, bytesSource, readBytes } from './byte-source.ts'
import { joinChunks } from './chunks.ts'
import { encodeSafetensors } from './encode-safetensors.ts'
import { expectSameArray, formatErrorOf, hostArray } from './io.testing.ts'
import { openSafetensors } from './open-safetensors.ts'

const bytes = Uint8Array.from({ length: 100 }, (_, i) => i)

test.each([
  ['bytes', bytesSource(bytes)],
  ['a Blob', blobSource(new Blob([bytes.slice(0, 40), bytes.slice(40)]))],
])('ranges of %s are read', async (_, source) => {
  expect(source.size).toBe(100)
  expect(await readBytes(source, 30, 20, 'test', 'data')).toEqual(bytes.slice(30, 50))
  expect(await readBytes(source, 100, 0, 'test', 'data')).toEqual(new Uint8Array())
})

test('a Blob longer than the piece read at a time comes out whole', async () => {
  const count = 18 * 2 ** 20
  const long = Uint8Array.from({ length: count }, (_, i) => i % 251)
  const read = await readBytes(blobSource(new Blob([long])), 1, count - 1, 'test', 'data')
  expect(read.every((value, i) => value === (i + 1) % 251)).toBe(true)
})

test('a range past the end is refused before it is allocated', async () => {
  for (const source of [bytesSource(bytes, 'b.bin'), blobSource(new Blob([bytes]), 'b.bin')]) {
    const error = await formatErrorOf(readBytes(source, 90, 2 ** 50, 'test', 'data'))
    expect(error.message).toBe(
      `test "b.bin": data at byte 90: needs ${2 ** 50} bytes, but the file ends at byte 100`,
    )
  }
})

test('a File is called by its name', () => {
  expect(blobSource(new File([bytes], 'model.safetensors')).name).toBe('model.safetensors')
  expect(blobSource(new Blob([bytes])).name).toBe('blob')
})

test('a model round-trips through a Blob', async () => {
  const w = hostArray('f64', [2], [0.1, -0])
  const file = await openSafetensors(blobSource(new Blob([await joinChunks(encodeSafetensors({ w }))])))
  expectSameArray(await file.read('w'), w)
})
