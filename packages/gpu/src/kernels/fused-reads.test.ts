import type { Instruction } from '@samkit/core/compiler'
import { expect, test } from 'vitest'
import { PartReads } from './fused-reads.ts'

const load = (buffer: number, strides: readonly number[]): Instruction => {
  return { op: 'load', dtype: 'f32', level: 'element', access: { buffer, offset: 0, strides } }
}
const mul = (a: number, b: number): Instruction => {
  return { op: 'apply', name: 'mul', dtype: 'f32', level: 'element', args: [a, b] }
}
const list = { countOf: () => 32 }

test('squares of squares are looked at once each, not once for every way to them', () => {
  const squares = Array.from({ length: 60 }, (_, i) => mul(i, i))
  const reads = new PartReads([load(0, [8, 1]), ...squares], new Map(), 60)
  expect(reads.changes(60, 1)).toBe(true)
  expect(reads.areVectors(1, list)).toBe(true)
})

test('vectors are read where neighbours lie side by side, and what stays the same along the axis does not matter', () => {
  const areVectors = (strides: readonly number[]): boolean =>
    new PartReads([load(0, [8, 1]), load(1, strides), mul(0, 1)], new Map(), 2).areVectors(1, list)
  expect(areVectors([8, 1])).toBe(true)
  expect(areVectors([1, 0])).toBe(true)
  expect(areVectors([1, 4])).toBe(false)
  expect(areVectors([5, 1])).toBe(false)
})
