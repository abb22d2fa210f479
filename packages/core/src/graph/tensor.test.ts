import { afterEach, expect, test, vi } from 'vitest'
import { neg } from '../ops/arithmetic.ts'
import { fromOwned } from './leaf.ts'
import { Node, type Tensor, trackCallSites } from './tensor.ts'

afterEach(() => {
  trackCallSites(false)
  vi.restoreAllMocks()
})

test('a tensor knows its shape, dtype, rank and size without running', () => {
  const t = neg(fromOwned(new Float32Array(6), [2, 3]))
  expect([t.shape, t.dtype, t.rank, t.size]).toEqual([[2, 3], 'f32', 2, 6])
  expect(t.node.storage).toBeNull()
})

test('a graph that grows from step to step is warned of once, with the cure', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { primitive } = neg
  let node = fromOwned(new Float32Array(1), [1]).node
  for (let i = 0; i < 200_010; i++) node = new Node(primitive, [node], {}, node)
  expect(warn).toHaveBeenCalledTimes(1)
  expect(warn.mock.calls[0]?.[0]).toMatchInlineSnapshot(
    `"samkit: the graph behind this neg is 200000 operations deep. If a value is carried from step to step (weights, running statistics), call \`await realize(t)\` and continue with \`t.detach()\`, or let \`trainer\` do it."`,
  )
})

test('calls are recorded only when asked for, and deeper than the engine does by default', () => {
  const x = fromOwned(new Float32Array(1), [1])
  expect(neg(x).node.site).toBeNull()
  trackCallSites(true)
  const limit = Error.stackTraceLimit
  const nested = (depth: number): Tensor => (depth === 0 ? neg(x) : nested(depth - 1))
  expect(nested(30).node.site?.stack?.split('\n').length).toBeGreaterThan(30)
  expect(Error.stackTraceLimit).toBe(limit)
})
