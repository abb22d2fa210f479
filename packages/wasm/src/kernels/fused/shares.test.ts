import type { FusedKernel, Instruction } from '@samkit/core/compiler'
import { expect, test } from 'vitest'
import { runFused } from './run-fused.testing.ts'
import { sharesAsProducts } from './shares.ts'

const rows = 3
const width = 7
const access = { offset: 0, strides: [width, 1] }
const apply = (name: string, ...args: number[]): Instruction => ({
  dtype: 'f32',
  level: 'element',
  op: 'apply',
  name,
  args,
})

/** `f(x) / Σ f(x)` along rows. */
const shares = (f: string): FusedKernel => ({
  kind: 'fused',
  kept: [rows],
  reduced: [width],
  body: [
    { dtype: 'f32', level: 'element', op: 'load', access: { buffer: 0, ...access } },
    apply(f, 0),
    { dtype: 'f32', level: 'row', op: 'reduce', name: 'sum', arg: 1 },
    apply('div', 1, 2),
  ],
  stores: [{ value: 3, access: { buffer: 1, ...access } }],
})

function sharesOf(data: readonly number[]): number[] {
  const buffers = [
    { dtype: 'f32', data },
    { dtype: 'f32', size: data.length },
  ] as const
  return Array.from(runFused(shares('exp'), buffers)[1] ?? [])
}

const divisions = ({ body }: FusedKernel): string[] =>
  body.flatMap((line) => (line.op === 'apply' && line.name === 'div' ? [line.level] : []))

test('shares of exponentials are divided once a row, other quotients at every place', () => {
  expect(divisions(sharesAsProducts(shares('exp')))).toEqual(['row'])
  expect(divisions(sharesAsProducts(shares('abs')))).toEqual(['element'])
})

test.each([-86, -60, 0, 1, 60, 86])('shares of numbers around %d are within 2^-20 and sum to 1', (middle) => {
  const data = Array.from({ length: rows * width }, (_, i) => Math.fround(middle + ((i * 5) % 11) / 16))
  const found = sharesOf(data)
  for (let row = 0; row < rows; row++) {
    const powers = data.slice(row * width, (row + 1) * width).map(Math.exp)
    const total = powers.reduce((a, b) => a + b)
    for (const [i, power] of powers.entries()) {
      expect(Math.abs((found[row * width + i] ?? 0) / (power / total) - 1)).toBeLessThan(2 ** -20)
    }
  }
})

test('shares of sums that are denormal, infinite or not a number are what division gives', () => {
  const tiny = Array.from({ length: width }, () => -100)
  const huge = Array.from({ length: width }, (_, i) => (i === 0 ? 100 : 1))
  const lost = Array.from({ length: width }, (_, i) => (i === 3 ? Number.NaN : 1))
  const found = sharesOf([...tiny, ...huge, ...lost])
  for (const share of found.slice(0, width)) expect(share).toBeCloseTo(1 / width, 6)
  expect(found.slice(width)).toEqual([
    Number.NaN,
    ...Array(width - 1).fill(0),
    ...Array(width).fill(Number.NaN),
  ])
})
