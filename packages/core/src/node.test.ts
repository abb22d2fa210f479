import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anyArrays, anyHostArray, expectSameArray, formatErrorOf, hostArray } from './io/io.testing.ts'
import { openSafetensors } from './io/open-safetensors.ts'
import {
  fileSource,
  readNpyFile,
  readNpzFile,
  readSafetensorsFile,
  writeNpyFile,
  writeNpzFile,
  writeSafetensorsFile,
} from './node.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samkit-'))
})

afterAll(() => rm(folder, { recursive: true }))

test('arrays come back from files of every format', async () => {
  await fc.assert(
    fc.asyncProperty(anyArrays, anyHostArray, fc.boolean(), async (arrays, one, compress) => {
      const path = join(folder, 'a')
      await writeSafetensorsFile(path, arrays, { metadata: { step: '3' } })
      const content = await readSafetensorsFile(path)
      expect(content.metadata.get('step')).toBe('3')
      await writeNpzFile(path, arrays, { compress })
      const fromNpz = await readNpzFile(path)
      for (const [name, array] of arrays) {
        expectSameArray(content.arrays.get(name), array)
        expectSameArray(fromNpz.get(name), array)
      }
      await writeNpyFile(path, one)
      expectSameArray(await readNpyFile(path), one)
    }),
    { numRuns: 30 },
  )
})

test('one tensor is read from an open file', async () => {
  const path = join(folder, 'model.safetensors')
  await writeSafetensorsFile(path, { a: hostArray('f32', [2], [1, 2]), b: hostArray('i32', [1], [3]) })
  const file = await openSafetensors(await fileSource(path))
  expectSameArray(await file.read('b'), hostArray('i32', [1], [3]))
  await file.close()
})

test('an error names the file by its path', async () => {
  const path = join(folder, 'bad.safetensors')
  await writeFile(path, 'not a tensor')
  const error = await formatErrorOf(readSafetensorsFile(path))
  expect(error.file).toBe(path)
  expect(error.message).toContain('header length at byte 0')
})

test('a file that shrinks after it was opened is reported', async () => {
  const path = join(folder, 'shrinks.safetensors')
  await writeSafetensorsFile(path, { a: hostArray('f32', [100], new Array<number>(100).fill(1)) })
  const file = await openSafetensors(await fileSource(path))
  await truncate(path, 200)
  const error = await formatErrorOf(file.read('a'))
  await file.close()
  expect(error.message).toContain('data at byte 200: the file ends here, but had')
})

test('a folder, or a path with nothing there, is refused', async () => {
  await expect(readSafetensorsFile(folder)).rejects.toThrow(`fileSource: "${folder}" is a folder`)
  await expect(readNpzFile(join(folder, 'none.npz'))).rejects.toThrow('ENOENT')
})
