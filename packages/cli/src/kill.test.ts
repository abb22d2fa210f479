import { watch } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSafetensorsFile } from '@samkit/core/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCheckpoint } from './run/checkpoint.ts'
import { digests } from './run/digests.testing.ts'
import { exists, runFolder } from './run/folder.ts'
import { readModel } from './run/model-file.ts'
import { type Running, samkit, startSamkit } from './samkit.testing.ts'

// A stateful method over a stateful base, with everything random: shuffling, crops, flips, mixing.
const options =
  '--model mlp --optimizer looksam --base adamw --reuse-every 3 --augment crop,flip,mixup --limit 24 --test-limit 10 --batch-size 10 --warmup 5 --epochs 40'

let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'samkit-'))
})
afterAll(() => rm(cwd, { recursive: true }))

/** Kills the process while the `nth` of the temporary files that it writes is there. */
async function killWhileWriting({ child, ended }: Running, dir: string, nth: number): Promise<void> {
  const seen = new Set<string>()
  const watcher = watch(dir, (_, name) => {
    if (name?.endsWith('.tmp')) seen.add(name)
    if (seen.size >= nth) child.kill('SIGKILL')
  })
  await ended
  watcher.close()
  expect(child.signalCode).toBe('SIGKILL')
}

async function killAfter({ child, ended }: Running, milliseconds: number): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds)
  await ended
  clearTimeout(timer)
  expect(child.signalCode).toBe('SIGKILL')
}

describe('a run killed by SIGKILL again and again', { timeout: 300_000 }, () => {
  test('never leaves a half-written file, and ends with the weights of one never stopped, bit for bit', async () => {
    const folder = runFolder(join(cwd, 'killed'))
    await mkdir(folder.dir)
    const whole = samkit(cwd, 'train', ...options.split(' '), '--out', 'whole')
    const start = async (): Promise<Running> => {
      const resumes = await exists(folder.checkpoint)
      const args = resumes ? ['--resume', folder.dir] : [...options.split(' '), '--out', folder.dir]
      return startSamkit({ cwd }, 'train', ...args)
    }

    const steps: number[] = []
    // Each epoch writes four files, the checkpoint first; one more is written at the start.
    for (const nth of [6, 3, 11]) {
      await killWhileWriting(await start(), folder.dir, nth)
      steps.push((await readCheckpoint(folder.checkpoint)).state.epochs.length)
      await readModel(folder.model)
    }
    for (const delay of [137]) {
      const running = await start()
      await running.said('Going on after step')
      await killAfter(running, delay)
      steps.push((await readCheckpoint(folder.checkpoint)).state.epochs.length)
    }
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
    expect(steps.at(-1)).toBeLessThan(40)

    const { status, stderr } = await (await start()).ended
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect((await whole).status).toBe(0)
    for (const name of ['checkpoint.safetensors', 'model.safetensors']) {
      const [a, b] = await Promise.all(
        ['killed', 'whole'].map((run) => readSafetensorsFile(join(cwd, run, name))),
      )
      expect(digests(a?.arrays ?? [])).toEqual(digests(b?.arrays ?? []))
    }
    expect((await readdir(folder.dir)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})
