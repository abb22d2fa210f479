import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { canShare, canWait, defaultThreads, turn } from './environment.ts'

const before = process.env.SAMKIT_THREADS

afterEach(() => {
  if (before === undefined) delete process.env.SAMKIT_THREADS
  else process.env.SAMKIT_THREADS = before
})

describe('the number of threads', () => {
  test('is what SAMKIT_THREADS says', () => {
    process.env.SAMKIT_THREADS = '3'
    expect(defaultThreads()).toBe(3)
  })

  test('is refused where that is no number of threads', () => {
    for (const text of ['none', '0', '2.5', '1000']) {
      process.env.SAMKIT_THREADS = text
      expect(() => defaultThreads()).toThrow('SAMKIT_THREADS must be a whole number from 1 to 64, got')
    }
  })

  test('is that of the cores, but 8 at most, where nobody says', () => {
    process.env.SAMKIT_THREADS = ''
    expect(defaultThreads()).toBeGreaterThanOrEqual(1)
    expect(defaultThreads()).toBeLessThanOrEqual(8)
  })
})

test('Node shares memory, and may wait', () => {
  expect([canShare(), canWait()]).toEqual([true, true])
})

test('a turn lets timers and messages through', async () => {
  let fired = false
  setImmediate(() => {
    fired = true
  })
  await turn()
  expect(fired).toBe(true)
})

test('a process ends by itself while workers sleep', async () => {
  const script = `
    import { ones, matmul, setBackend } from '@samkit/core'
    import { wasm } from '@samkit/wasm'
    const backend = wasm({ threads: 3 })
    await setBackend(backend)
    const [first] = await matmul(ones([300, 300]), ones([300, 300])).data()
    console.log(first, backend.stats().workers)
  `
  const args = ['--conditions=@samkit/source', '--import', 'tsx', '--input-type=module', '--eval', script]
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, timeout: 25_000 })
  expect(stdout).toBe('300 2\n')
})
