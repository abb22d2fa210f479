import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { cooked, evaluated, recipes, vector } from '../compiler/graphs.testing.ts'
import { makePlan, resolve, schedule } from '../compiler/plan.ts'
import { fromOwned } from '../graph/leaf.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul } from '../ops/arithmetic.ts'
import { sum } from '../ops/broadcast.ts'
import { cast } from '../ops/cast.ts'
import { add } from '../ops/elementwise.ts'
import { barrier } from '../ops/flow.ts'
import { permute, reshape } from '../ops/reshape.ts'
import { cos, sin } from '../ops/transcendental.ts'
import { dataSync, dispose } from '../tensor/value.ts'
import type { Executable } from './backend.ts'
import { type Toy, type ToyOptions, toyBackend } from './toy.testing.ts'

afterEach(() => vi.restoreAllMocks())

/** What a toy backend makes of the plan of `t`. */
function executableOf(t: Tensor, options: ToyOptions): Executable {
  const order = schedule([t.node])
  const executable = toyBackend(options).backend.compile(makePlan([t.node], order).plan)
  if (executable instanceof Promise) throw new Error('a toy compiles at once')
  return executable
}

describe('a primitive without a kernel', () => {
  test('is refused before anything runs, with the cure', () => {
    const toy = toyBackend({ name: 'half', missing: ['sin'] })
    expect(() => dataSync(sin(cos(vector(1))), { backend: toy.backend })).toThrowErrorMatchingInlineSnapshot(`
      [RunError: sin: backend "half" has no kernel for it. Add one, or make the backend with fallback: 'reference'
        in sin(f64 [1]) → f64 [1] on backend "half", for the line that made it call trackCallSites(true) first]
    `)
    expect(toy.calls.size).toBe(0)
    expect(toy.memory.made).toBe(0)
  })

  test('runs on the reference kernel where that is allowed, and says so once', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const toy = toyBackend({ name: 'half', missing: ['sin', 'cos'], fallback: 'reference' })
    const { backend } = toy
    expect(dataSync(mul(sin(vector(1)), sin(vector(2))), { backend })[0]).toBe(Math.sin(1) * Math.sin(2))
    expect(dataSync(add(sin(vector(1)), cos(vector(2))), { backend })[0]).toBe(Math.sin(1) + Math.cos(2))
    expect(warn.mock.calls.flat()).toEqual([
      'samkit: backend "half" has no kernel for sin; it runs on the reference kernel',
      'samkit: backend "half" has no kernel for cos; it runs on the reference kernel',
    ])
    expect(Object.fromEntries(toy.calls)).toEqual({ mul: 1, add: 1 })
  })

  test('is listed in the executable, once', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const graph = (): Tensor => mul(sin(vector(1)), sin(cos(vector(2))))
    expect(executableOf(graph(), {}).fallbacks).toEqual([])
    const half = executableOf(graph(), { missing: ['sin', 'cos'], fallback: 'reference' })
    expect([...half.fallbacks].sort()).toEqual(['cos', 'sin'])
  })

  test('falls back without a leak', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const toy = toyBackend({ missing: ['sin'], fallback: 'reference' })
    const x = vector(1)
    const y = mul(sin(x), sin(sin(x)))
    dataSync(y, { backend: toy.backend })
    expect(toy.memory.live).toBe(2)
  })
})

describe('a dtype that a backend does not compute', () => {
  test('is refused by name', () => {
    const { backend } = toyBackend({ name: 'single', dtypes: ['f32', 'i32', 'bool'] })
    expect(() => dataSync(sin(vector(1)), { backend })).toThrowErrorMatchingInlineSnapshot(`
      [RunError: backend "single" computes f32, i32, bool, not f64 [1]; cast it first
        in sin(f64 [1]) → f64 [1] on backend "single", for the line that made it call trackCallSites(true) first]
    `)
    expect(() => dataSync(cast(fromOwned(new Float32Array(2), [2]), 'f64'), { backend })).toThrow(
      'not f64 [2]',
    )
    expect(dataSync(sin(fromOwned(new Float32Array(2), [2])), { backend })).toEqual(new Float32Array(2))
  })

  test('is refused where it would only be handed on, too', () => {
    const { backend } = toyBackend({ name: 'single', dtypes: ['f32'] })
    expect(() => dataSync(reshape(vector(1), [1, 1]), { backend })).toThrow('not f64 [1]')
  })
})

describe('views', () => {
  const live = ({ memory }: Toy): number => memory.live

  test('inside of a plan are not copied', () => {
    const toy = toyBackend()
    const x = fromOwned(Float64Array.of(1, 2, 3, 4), [4])
    const y = sum(sin(reshape(reshape(x, [2, 2]), [1, 4])))
    dataSync(y, { backend: toy.backend })
    // The input, sin and sum.
    expect(toy.memory.made).toBe(3)
  })

  test('of an intermediate keep it until the last of them is read', () => {
    const toy = toyBackend()
    const s = sin(fromOwned(Float64Array.of(1, 2, 3, 4), [4]))
    const flat = reshape(s, [2, 2])
    const y = add(sum(permute(flat, [1, 0])), sum(barrier(flat, sum(s))))
    const expected = 2 * [1, 2, 3, 4].reduce((t, v) => t + Math.sin(v), 0)
    expect(dataSync(y, { backend: toy.backend })[0]).toBeCloseTo(expected, 12)
    expect(live(toy)).toBe(2)
  })

  test('that leave a plan are buffers of their own', () => {
    const toy = toyBackend()
    const x = vector(1, 2)
    const y = barrier(x, vector(3))
    dataSync(y, { backend: toy.backend })
    const made = toy.memory.made
    dispose(x)
    expect(Array.from(dataSync(y, { backend: toy.backend }))).toEqual([1, 2])
    expect(made).toBe(3)
  })
})

test('no plan leaves a buffer behind, and every result has one of its own', () => {
  fc.assert(
    fc.property(recipes(), fc.array(fc.nat(), { maxLength: 4 }), (recipe, picks) => {
      const { backend, memory } = toyBackend()
      const values = cooked(recipe)
      const leaves = values.slice(0, 2)
      const roots = [values.at(-1)!, ...picks.map((i) => values[i % values.length]!)]
      const expected = evaluated(roots).map(({ data }) => Array.from(data))
      for (const root of roots) dataSync(root, { backend })
      const held = new Set(values.flatMap(({ node }) => resolve(node).storage ?? []))
      const there = [...held].filter((storage) => storage.on(backend) !== undefined)
      expect(memory.live).toBe(there.length)

      for (const leaf of leaves) dispose(leaf)
      roots.forEach((root, i) => {
        if (resolve(root.node).disposed) return
        expect(Array.from(dataSync(root, { backend }))).toEqual(expected[i])
      })
      for (const storage of held) while (!storage.disposed) storage.release()
      expect(memory.live).toBe(0)
    }),
  )
})

test('every buffer that was made is given back when the results are', () => {
  const toy = toyBackend()
  const { backend } = toy
  const leaves = [vector(1, 2), vector(3, 4)]
  const results: Tensor[] = []
  for (let i = 0; i < 20; i++) {
    const [a, b] = leaves as [Tensor, Tensor]
    const y = add(mul(sin(a), reshape(cos(b), [2])), mul(a, i))
    dataSync(y, { backend })
    results.push(y)
  }
  expect(toy.memory.live).toBe(22)
  for (const t of [...leaves, ...results]) dispose(t)
  expect(toy.memory.live).toBe(0)
})
