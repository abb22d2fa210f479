import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { clearFolder, freeFolder, latestFolder, runFolder } from './folder.ts'

let root: string
let base: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'samkit-'))
  base = join(root, 'runs', 'mlp')
})
afterEach(() => rm(root, { recursive: true }))

async function make(dir: string, checkpoint = ''): Promise<void> {
  await mkdir(dir, { recursive: true })
  if (checkpoint !== '') await writeFile(runFolder(dir).checkpoint, checkpoint)
}

test('the first run takes the plain name, later ones the number after the highest', async () => {
  expect(await freeFolder(base)).toBe(base)
  await make(base)
  expect(await freeFolder(base)).toBe(`${base}-2`)
  await make(`${base}-7`)
  expect(await freeFolder(base)).toBe(`${base}-8`)
})

test('folders that only look alike do not count', async () => {
  for (const name of ['-sam', '-1', '-02', '-2x', '-', '0']) await make(`${base}${name}`, 'x')
  expect(await freeFolder(base)).toBe(base)
  expect(await latestFolder(base)).toBeUndefined()
})

test('the latest run is the one with the highest number that has a checkpoint', async () => {
  expect(await latestFolder(base)).toBeUndefined()
  await make(base, 'first')
  await make(`${base}-2`, 'second')
  await make(`${base}-10`, 'tenth')
  await make(`${base}-11`)
  expect(await latestFolder(base)).toBe(`${base}-10`)
})

test('a new run in a used folder keeps the old checkpoint under another name, and files that are not its own', async () => {
  const folder = runFolder(join(root, 'out'))
  expect(await clearFolder(folder)).toBeNull()
  for (const path of [folder.metrics, folder.model, folder.report]) await writeFile(path, 'old')
  await make(folder.dir, 'weeks of work')
  await writeFile(join(folder.dir, 'notes.txt'), 'mine')

  const kept = await clearFolder(folder)
  expect(kept).toBe(join(folder.dir, 'previous-checkpoint.safetensors'))
  expect(await readFile(kept ?? '', 'utf8')).toBe('weeks of work')
  expect((await readdir(folder.dir)).sort()).toEqual(['notes.txt', 'previous-checkpoint.safetensors'])
})
