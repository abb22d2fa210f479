import type { FusedKernel, Instruction } from '@samkit/core/compiler'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mostInputs } from './device-kernel.ts'
import { argsOf, lanesOf, partsOf } from './fused-parts.ts'

/** Random numbers that lines are made from: what to do, and with which of the earlier lines. */
type Recipe = readonly (readonly [what: number, a: number, b: number, c: number])[]

const recipes: fc.Arbitrary<Recipe> = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), {
  minLength: 1,
  maxLength: 40,
})

function kernelOf(loads: number, recipe: Recipe, stored: readonly number[]): FusedKernel {
  const body: Instruction[] = Array.from({ length: loads }, (_, buffer) => ({
    op: 'load',
    dtype: 'f32',
    level: 'element',
    access: { buffer, offset: 0, strides: [8, 1] },
  }))
  for (const [what, a, b, c] of recipe) {
    const line = (n: number): number => n % body.length
    const at = (n: number): Instruction['level'] => body[line(n)]!.level
    if (what % 5 === 0 && at(a) === 'element') {
      body.push({ op: 'reduce', name: 'sum', dtype: 'f32', level: 'row', arg: line(a) })
      continue
    }
    const args = [a, b, c].slice(0, 1 + (what % 3)).map(line)
    const level = args.every((arg) => body[arg]!.level === 'row') ? 'row' : 'element'
    body.push({ op: 'apply', name: ['neg', 'add', 'where'][what % 3]!, dtype: 'f32', level, args })
  }
  const values = new Set(stored.map((n) => n % body.length))
  return {
    kind: 'fused',
    kept: [4],
    reduced: [8],
    body,
    stores: [...values].map((value, i) => ({
      value,
      access: { buffer: loads + i, offset: 0, strides: [8, 1] },
    })),
  }
}

/** The arrays that the kernel of a part reads, by following what it is made of up to what lies in memory. */
function arraysOf(body: readonly Instruction[], part: number, parts: ReadonlySet<number>): Set<string> {
  const arrays = new Set<string>()
  const todo = [part]
  for (let line = todo.pop(); line !== undefined; line = todo.pop()) {
    const instruction = body[line]!
    if (line !== part && parts.has(line)) arrays.add(`part ${line}`)
    else if (instruction.op === 'load') arrays.add(`buffer ${instruction.access.buffer}`)
    else todo.push(...argsOf(instruction))
  }
  return arrays
}

test('no kernel reads more arrays than a device grants, and all that is stored is a kernel', () => {
  const cases = fc.tuple(
    fc.integer({ min: 1, max: 24 }),
    recipes,
    fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
    fc.constantFrom(1, 32),
  )
  fc.assert(
    fc.property(cases, ([loads, recipe, stored, lanes]) => {
      const kernel = kernelOf(loads, recipe, stored)
      const parts = partsOf(kernel, lanes)
      const all = new Set(parts)
      expect(parts).toEqual([...all].sort((a, b) => a - b))
      for (const { value } of kernel.stores) expect(all).toContain(value)
      for (const part of parts) expect(arraysOf(kernel.body, part, all).size).toBeLessThanOrEqual(mostInputs)
    }),
  )
})

test('a reduction that elements need is a kernel of its own, one that is needed once by a row is not', () => {
  // The softmax of a row but for the exponential: x - max(x), over its sum.
  const kernel = kernelOf(1, [], [0])
  const body: Instruction[] = [
    ...kernel.body,
    { op: 'reduce', name: 'max', dtype: 'f32', level: 'row', arg: 0 },
    { op: 'apply', name: 'sub', dtype: 'f32', level: 'element', args: [0, 1] },
    { op: 'reduce', name: 'sum', dtype: 'f32', level: 'row', arg: 2 },
    { op: 'apply', name: 'neg', dtype: 'f32', level: 'row', args: [3] },
  ]
  const store = (value: number): FusedKernel => ({
    ...kernel,
    body,
    stores: [{ value, access: { buffer: 1, offset: 0, strides: [1, 0] } }],
  })
  expect(partsOf(store(2), 1)).toEqual([1, 2])
  expect(partsOf(store(1), 1)).toEqual([1])
  expect(
    partsOf(
      { ...store(4), body: body.toSpliced(2, 1, { ...body[2]!, op: 'apply', name: 'neg', args: [0] }) },
      1,
    ),
  ).toEqual([4])
  expect(partsOf(store(4), 32)).toEqual([1, 3, 4])
})

test('lanes of threads share long reductions whose last axis they divide', () => {
  const { body, stores } = kernelOf(1, [], [0])
  const lanes = (kept: readonly number[], reduced: readonly number[]): number =>
    lanesOf({ kind: 'fused', body, stores, kept, reduced }, 32)
  expect(lanes([4], [8])).toBe(1)
  expect(lanes([4], [512])).toBe(32)
  expect(lanes([4], [16, 32])).toBe(32)
  expect(lanes([4], [513])).toBe(1)
  expect(lanes([2 ** 16], [512])).toBe(1)
})

describe('an element that several kernels need', () => {
  /** exp(x) over its sum, less the largest of those, over the sum of that. */
  const body = (slow: string): Instruction[] => [
    { op: 'load', dtype: 'f32', level: 'element', access: { buffer: 0, offset: 0, strides: [8, 1] } },
    { op: 'apply', name: slow, dtype: 'f32', level: 'element', args: [0] },
    { op: 'reduce', name: 'sum', dtype: 'f32', level: 'row', arg: 1 },
    { op: 'apply', name: 'div', dtype: 'f32', level: 'element', args: [1, 2] },
    { op: 'reduce', name: 'max', dtype: 'f32', level: 'row', arg: 3 },
    { op: 'apply', name: 'sub', dtype: 'f32', level: 'element', args: [3, 4] },
  ]
  const parts = (slow: string, value: number): number[] =>
    partsOf(
      {
        kind: 'fused',
        kept: [4],
        reduced: [8],
        body: body(slow),
        stores: [{ value, access: { buffer: 1, offset: 0, strides: [8, 1] } }],
      },
      1,
    )

  test('is stored where three would compute an exponential again', () => {
    expect(parts('exp', 5)).toEqual([1, 2, 4, 5])
  })

  test('is computed again where that is one exponential more, or quick', () => {
    expect(parts('exp', 3)).toEqual([2, 3])
    expect(parts('neg', 5)).toEqual([2, 4, 5])
  })
})
