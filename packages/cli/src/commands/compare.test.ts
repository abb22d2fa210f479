import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { samkit } from '../samkit.testing.ts'

const line =
  'compare --optimizers sgd,esam --seeds 2 --model mlp --limit 24 --test-limit 20 --batch-size 8 --epochs 2 --sharpness-images 12 --out out'.split(
    ' ',
  )

let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'samkit-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const read = async (name: string): Promise<string> => readFile(join(cwd, 'out', name), 'utf8')
const runsOf = (json: string): unknown => JSON.parse(json).runs

test('samkit compare runs all, repeats none, finishes what is missing, and refuses other options', {
  timeout: 180_000,
}, async () => {
  const { status, stdout, stderr } = await samkit(cwd, ...line)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain('Run 4 of 4: ESAM, seed 1 (out/esam/seed-1)')
  const [json, markdown, page] = [
    await read('compare.json'),
    await read('compare.md'),
    await read('compare.html'),
  ]
  const { rows } = JSON.parse(json)
  expect(
    rows.map(({ optimizer, cost }: { optimizer: string; cost: { mean: number } }) => [optimizer, cost.mean]),
  ).toEqual([
    ['sgd', 1],
    ['esam', expect.closeTo(1 + 1 / 3 + 1 / 2)],
  ])
  expect(stdout).toContain(markdown.split('\n\n')[1])
  expect(page).toContain('MLP on synthetic shapes')

  await rm(join(cwd, 'out/esam/seed-1/result.json'))
  const again = await samkit(cwd, ...line)
  expect(again.status).toBe(0)
  expect(again.stdout.match(/^Done already\.$/gm)).toHaveLength(3)
  expect(runsOf(await read('compare.json'))).toEqual(runsOf(json))

  const other = await samkit(cwd, ...line, '--lr', '0.2')
  expect(other).toMatchObject({
    status: 2,
    stderr: 'samkit: the run in out/sgd/seed-0 has other options; compare into another folder with --out\n',
  })
})
