import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSafetensorsFile } from '@samkit/core/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digests } from './run/digests.testing.ts'
import { samkit, startSamkit } from './samkit.testing.ts'

const tiny = '--model mlp --limit 64 --test-limit 40 --batch-size 16 --schedule constant'.split(' ')
const slow = { timeout: 180_000 }

let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'samkit-'))
})
afterAll(() => rm(cwd, { recursive: true }))

describe('samkit train', slow, () => {
  test('writes its files, and samkit eval reads the model back with the same accuracy and loss', async () => {
    const trained = await samkit(cwd, 'train', ...tiny, '--epochs', '2', '--optimizer', 'sgd')
    expect(trained.stderr).toBe('')
    expect(trained.status).toBe(0)
    const out = join('runs', 'mlp-synthetic-sgd')
    expect(trained.stdout).toContain(`Report: ${join(out, 'report.html')}`)
    expect((await readdir(join(cwd, out))).sort()).toEqual([
      'checkpoint.safetensors',
      'metrics.jsonl',
      'model.safetensors',
      'report.html',
    ])
    const lines = (await readFile(join(cwd, out, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n')
    const metrics = lines.map((line) => JSON.parse(line))
    expect(metrics.map(({ epoch }) => epoch)).toEqual([1, 2])

    const { status, stdout, stderr } = await samkit(cwd, 'eval', '--out', out, '--test-limit', '40')
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout.split('\n').slice(1, 3)).toEqual([
      `test accuracy ${(100 * metrics[1].testAccuracy).toFixed(2)} %`,
      `test loss     ${metrics[1].testLoss.toFixed(4)}`,
    ])
  })

  test('stopped by Ctrl-C saves, says how to go on, and goes on to the same model', async () => {
    const options = [...tiny, '--epochs', '5000', '--out', 'stopped']
    const running = startSamkit({ cwd }, 'train', ...options)
    await running.said('epoch 1/5000')
    running.child.kill('SIGINT')
    const { status, stdout } = await running.ended
    expect(status).toBe(130)
    expect(stdout).toContain('Finishing this step, then saving.')
    expect(stdout).toContain('train --resume stopped\n')
    const [, steps = ''] = /Stopped after step (\d+) of 20000; saved in/.exec(stdout) ?? []

    const longer = String(Number(steps) + 3)
    const [resumed, whole] = await Promise.all([
      samkit(cwd, 'train', '--resume', 'stopped', '--steps', longer),
      samkit(cwd, 'train', ...tiny, '--steps', longer, '--out', 'whole'),
    ])
    expect([resumed.status, resumed.stderr, whole.status]).toEqual([0, '', 0])
    expect(resumed.stdout).toContain(`Going on after step ${steps} of ${longer}`)
    const [a, b] = await Promise.all(
      ['stopped', 'whole'].map((name) => readSafetensorsFile(join(cwd, name, 'model.safetensors'))),
    )
    expect(digests(a?.arrays ?? [])).toEqual(digests(b?.arrays ?? []))
    expect(a?.arrays.size).toBe(6)
  })
})

describe('an error is one line on standard error, and the exit status says which kind', slow, () => {
  test('2 for wrong usage', async () => {
    const { status, stdout, stderr } = await samkit(cwd, 'train', '--lr', 'abc')
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: 'samkit: --lr must be a number above 0, got "abc"\n',
    })
  })

  test('1 for what cannot be done; the stack is there for those who ask', async () => {
    const [missing, debugged] = await Promise.all([
      samkit(cwd, 'train', '--data', 'cifar10'),
      startSamkit({ cwd, env: { SAMKIT_DEBUG: '1' } }, 'train', '--data', 'cifar10').ended,
    ])
    expect(missing.status).toBe(1)
    expect(missing.stderr).toMatch(/^samkit: CIFAR-10: no folder was given\. [^\n]+\n$/)
    expect(debugged.status).toBe(1)
    expect(debugged.stderr).toMatch(/CIFAR-10: no folder was given\. [\s\S]+\n\s+at /)
  })
})
