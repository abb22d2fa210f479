import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { samkit } from '../samkit.testing.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samkit-'))
})
afterAll(() => rm(folder, { recursive: true }))

const wrongBackend = `
import { interpreterBackend } from '${import.meta.resolve('@samkit/core')}'
const hold = (data) => ({ data, dispose() {} })
export default () => interpreterBackend({
  name: 'mine',
  upload: hold,
  download: ({ data }) => data.slice(),
  kernel: (primitive) => (inputs, attrs, output) => {
    const arrays = inputs.map(({ buffer, ...spec }) => ({ ...spec, data: buffer.data }))
    const right = primitive.reference(arrays, attrs, output)
    return hold(primitive.name === 'floor' ? right.map((x) => x + 1) : right)
  },
})
`

test('a right backend ends with status 0, one line a section, and the largest errors', async () => {
  const { status, stdout, stderr } = await samkit(folder, 'conformance', '--backend', 'wasm', '--quick')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^claims +\d+ facts +\d+ examples {2}right\nprimitives +\d+ facts/)
  expect(stdout).toMatch(/^primitive +bool +i32 +f32 +f64$/m)
  expect(stdout).toMatch(/wasm is right: \d+ examples in \d+ programs, 2 a property, seed 1, [\d.]+ s\n$/)
}, 120_000)

test('a wrong one ends with status 1, as JSON and nothing else, and a page', async () => {
  await writeFile(join(folder, 'mine.mjs'), wrongBackend)
  const args = ['--backend', './mine.mjs', '--quick', '--json', '--seed', '3', '--report', 'page.html']
  const { status, stdout } = await samkit(folder, 'conformance', ...args)
  expect(status).toBe(1)
  const report: unknown = JSON.parse(stdout)
  expect(report).toMatchObject({ backend: 'mine', right: false, seed: 3, runs: 2 })
  expect(await readFile(join(folder, 'page.html'), 'utf8')).toContain('const v1 = floor(a)')
}, 120_000)
