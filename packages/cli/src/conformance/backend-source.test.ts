import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backendSource } from './backend-source.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samkit-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function moduleOf(code: string): Promise<string> {
  const path = join(folder, `${code.length}.mjs`)
  await writeFile(path, code)
  return path
}

test('a name is looked up when the backend is made', async () => {
  const source = await backendSource('reference')
  expect(typeof source === 'function' ? (await source()).name : '').toBe('reference')
})

test('a module may export a backend, or a function that makes one', async () => {
  const backend = "{ name: 'own', compile() {} }"
  expect(await backendSource(await moduleOf(`export default ${backend}`))).toMatchObject({ name: 'own' })
  const made = await backendSource(await moduleOf(`export const backend = async () => (${backend})`))
  expect(typeof made === 'function' ? (await made()).name : '').toBe('own')
})

test('what is no backend is told', async () => {
  const told = async (name: string): Promise<string> =>
    backendSource(name).then(
      () => 'found',
      (error: Error) => error.message.replaceAll(folder, '@'),
    )
  expect(await told('wsam')).toMatch(
    /^--backend: there is no "wsam"; choose from reference, .*wasm.*, or give the path of a module that exports one$/,
  )
  expect(await told(join(folder, 'none.mjs'))).toMatch(/^@\/none\.mjs cannot be loaded: /)
  expect(await told(await moduleOf('export default 3'))).toBe(
    '@/16.mjs exports no backend: its default export, or one named backend, must be a backend or a function that makes one',
  )
})
