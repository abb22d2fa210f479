import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeFileAtomic } from './write-file-atomic.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samkit-'))
  path = join(folder, 'model.bin')
})

afterEach(() => rm(folder, { recursive: true }))

const block = (value: number) => new Uint8Array(1000).fill(value)

test.each<[string, Parameters<typeof writeFileAtomic>[1], string]>([
  ['text', 'größe', 'größe'],
  ['bytes', new Uint8Array([65, 66]), 'AB'],
  ['chunks', [new Uint8Array([65]), new Uint8Array(), new Uint8Array([66, 67])], 'ABC'],
  ['nothing', [], ''],
])('%s is written, and no other file is left', async (_, content, text) => {
  await writeFileAtomic(path, content)
  expect(await readFile(path, 'utf8')).toBe(text)
  expect(await readdir(folder)).toEqual(['model.bin'])
})

test('until the last chunk is written the old file stands, whole', async () => {
  await writeFile(path, block(1))
  const seen: Uint8Array[] = []
  async function* chunks() {
    for (let i = 0; i < 5; i++) {
      yield block(2)
      seen.push(new Uint8Array(await readFile(path)))
    }
  }
  await writeFileAtomic(path, chunks())
  expect(seen).toEqual(Array.from({ length: 5 }, () => block(1)))
  expect((await readFile(path)).length).toBe(5000)
})

test('a reader finds the old file or the new one, never a part', async () => {
  await writeFile(path, block(0))
  let writing = true
  const writes = (async () => {
    for (let i = 1; i < 40; i++) await writeFileAtomic(path, [block(i), block(i)])
    writing = false
  })()
  const lengths = new Set<number>()
  while (writing) {
    const found = await readFile(path)
    lengths.add(found.length)
    expect(found.every((value) => value === found[0])).toBe(true)
  }
  await writes
  for (const length of lengths) expect([1000, 2000]).toContain(length)
})

test('of writers at the same time one wins, whole', async () => {
  await Promise.all(
    [1, 2, 3, 4].map((i) =>
      writeFileAtomic(
        path,
        Array.from({ length: 9 }, () => block(i)),
      ),
    ),
  )
  const found = await readFile(path)
  expect(found.length).toBe(9000)
  expect(found.every((value) => value === found[0])).toBe(true)
  expect(await readdir(folder)).toEqual(['model.bin'])
})

describe('when it fails, the old file is as it was and nothing is left behind:', () => {
  async function* failing() {
    yield block(2)
    throw new Error('the loss became NaN')
  }

  test('in the middle of the content', async () => {
    await writeFile(path, block(1))
    await expect(writeFileAtomic(path, failing())).rejects.toThrow('the loss became NaN')
    expect(new Uint8Array(await readFile(path))).toEqual(block(1))
    expect(await readdir(folder)).toEqual(['model.bin'])
  })

  test('with no old file', async () => {
    await expect(writeFileAtomic(path, failing())).rejects.toThrow('the loss became NaN')
    expect(await readdir(folder)).toEqual([])
  })

  test('because the path is a folder', async () => {
    await mkdir(path)
    await expect(writeFileAtomic(path, 'x')).rejects.toThrow(`writeFileAtomic: "${path}" is a folder`)
    expect(await readdir(folder)).toEqual(['model.bin'])
  })

  test('because its folder is not there', async () => {
    await expect(writeFileAtomic(join(folder, 'none', 'x'), 'x')).rejects.toThrow('ENOENT')
    expect(await readdir(folder)).toEqual([])
  })
})

test('the new file has the permissions of the old one', async () => {
  await writeFile(path, 'old')
  await chmod(path, 0o640)
  const { mode } = await stat(path)
  await writeFileAtomic(path, 'new')
  expect((await stat(path)).mode).toBe(mode)
})

test('a link stays a link, and the file it names is replaced', async () => {
  const link = join(folder, 'latest.bin')
  await writeFile(path, 'old')
  await symlink(path, link)
  await writeFileAtomic(link, 'new')
  expect(await readFile(path, 'utf8')).toBe('new')
  expect(
    (await readdir(folder, { withFileTypes: true }))
      .find((entry) => entry.name === 'latest.bin')
      ?.isSymbolicLink(),
  ).toBe(true)
})
