import { afterEach, describe, expect, test } from 'vitest'
import { referenceBackend } from '../backend/reference.ts'
import { later, toyBackend } from '../backend/toy.testing.ts'
import { OpError, RunError } from '../graph/errors.ts'
import { fromOwned } from '../graph/leaf.ts'
import { type Tensor, trackCallSites } from '../graph/tensor.ts'
import { sub } from '../ops/arithmetic.ts'
import { gather } from '../ops/gather.ts'
import { sin } from '../ops/transcendental.ts'
import { linspace } from '../tensor/fill.ts'
import { data, dataSync } from '../tensor/value.ts'
import { userLine } from './call-site.ts'
import { vector } from './graphs.testing.ts'

afterEach(() => trackCallSites(false))

const table = (): Tensor => fromOwned(Float32Array.of(1, 2, 3), [3])
const index = (i: number): Tensor => fromOwned(Int32Array.of(i, 0), [2])

/** What a read throws. */
function failure(t: Tensor): RunError {
  try {
    dataSync(t)
  } catch (error) {
    if (error instanceof RunError) return error
    throw error
  }
  throw new Error('the read did not fail')
}

/** The line of this file that called, as `file:line`. */
function here(): string {
  const [, line] = /run-error\.test\.ts:(\d+):\d+/.exec((new Error().stack ?? '').split('\n')[2] ?? '') ?? []
  return `run-error.test.ts:${line}`
}

describe('an index out of range', () => {
  test('names the operation and its operands', () => {
    const error = failure(sin(gather(table(), 0, index(7))))
    expect(error.message).toMatchInlineSnapshot(`
      "gather: index 7 is out of range: axis 0 of [3] has indices 0 to 2
        in gather(f32 [3], i32 [2]) → f32 [2] on backend "reference", for the line that made it call trackCallSites(true) first"
    `)
    expect([error.op, error.site]).toEqual(['gather', null])
    expect(error.cause).toBeInstanceOf(OpError)
  })

  test('names the line that made the operation, when lines are tracked', () => {
    trackCallSites(true)
    const [bad, line] = [gather(table(), 0, index(-1)), here()]
    const error = failure(sin(bad))
    expect(error.site).toContain(line)
    expect(error.message.endsWith(`made at ${error.site}`)).toBe(true)
  })

  test('names the line of its own graph where another of its structure was compiled before', () => {
    trackCallSites(true)
    const build = (i: number): Tensor => sin(gather(table(), 0, index(i)))
    dataSync(build(2))
    const [first, second] = [failure(gather(table(), 0, index(5))), failure(gather(table(), 0, index(5)))]
    expect(first.site).not.toBe(second.site)
    const again = failure(sin(gather(table(), 0, index(3))))
    expect(again.site).not.toContain(failure(build(3)).site)
  })

  test('names the right line where the nodes were made in another order than those of the plan', () => {
    trackCallSites(true)
    const [a, b] = [gather(table(), 0, index(0)), gather(table(), 0, index(1))]
    expect(() => dataSync(sub(a, b))).not.toThrow()
    const [right, line] = [gather(table(), 0, index(9)), here()]
    const left = gather(table(), 0, index(0))
    expect(failure(sub(left, right)).site).toContain(line)
  })

  test('is told the same by a backend that answers later', async () => {
    trackCallSites(true)
    const [bad, line] = [gather(table(), 0, index(3)), here()]
    await expect(data(bad, { backend: later(referenceBackend) })).rejects.toThrow(line)
    await expect(data(bad, { backend: later(referenceBackend) })).rejects.toBeInstanceOf(RunError)
  })

  test('made inside of samkit names the line of the user who called it', () => {
    trackCallSites(true)
    const toy = toyBackend({
      before: ({ name }) => {
        if (name === 'iota') throw new Error('out of memory')
      },
    })
    const [made, line] = [linspace(0, 1, 5), here()]
    expect(() => dataSync(made, { backend: toy.backend })).toThrow(line)
  })
})

test('what is thrown and is no Error is told too', () => {
  const toy = toyBackend({
    before: () => {
      throw 'a string'
    },
  })
  expect(() => dataSync(sin(vector(1)), { backend: toy.backend })).toThrow(
    /^a string\n {2}in sin\(f64 \[1\]\)/,
  )
})

test('a backend that runs out of memory names the operation', () => {
  const toy = toyBackend({
    before: () => {
      throw new RangeError('Array buffer allocation failed')
    },
  })
  expect(() => dataSync(sin(vector(1)), { backend: toy.backend })).toThrowErrorMatchingInlineSnapshot(`
    [RunError: Array buffer allocation failed
      in sin(f64 [1]) → f64 [1] on backend "toy", for the line that made it call trackCallSites(true) first]
  `)
})

describe('of a recorded call', () => {
  const stack = (...frames: string[]): Error =>
    Object.assign(new Error('x'), { stack: ['Error: x', ...frames].join('\n') })
  const own = new URL('../../../', import.meta.url).href

  test('the first line that is not samkit’s own is shown', () => {
    const site = stack(
      `    at applyPrimitive (${own}core/src/ops/define.ts:40:3)`,
      `    at ${own}nn/dist/linear.js:3:1`,
      '    at train (file:///home/me/train.ts:12:5)',
      '    at file:///home/me/main.ts:1:1',
    )
    expect(userLine(site)).toBe('/home/me/train.ts:12:5')
  })

  test('Firefox and Safari are read too', () => {
    const site = stack(`apply@${own}core/dist/ops/define.js:40:3`, 'train@https://example.org/train.js:12:5')
    expect(userLine(site)).toBe('https://example.org/train.js:12:5')
  })

  test('nothing is shown where there is nothing', () => {
    expect(userLine(stack('    at <anonymous>'))).toBeNull()
    expect(userLine(stack(`    at f (${own}core/src/ops/define.ts:40:3)`))).toBeNull()
  })
})
