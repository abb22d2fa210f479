import { afterAll, expect, test } from 'vitest'
import { loadGpuJs } from './gpujs.ts'
import { KernelCache, type Wanted } from './kernel-cache.ts'

const { GPU: Gpu } = await loadGpuJs()
const gpu = new Gpu({ mode: 'cpu' })

afterAll(() => gpu.destroy())

const plain: Pick<Wanted, 'forms'> = { forms: ['data'] }

/** A kernel that adds a number to elements. */
const wanted = (n: number, threads: number, size: number): Wanted => ({
  ...plain,
  source: `function (a) { return a[this.thread.x] + ${n}; }`,
  grid: [threads],
  inputSizes: [size],
})

test('a source for sizes is compiled once', () => {
  const cache = new KernelCache(gpu, 'cpu')
  const first = cache.kernelOf(wanted(1, 4, 4))
  expect(cache.kernelOf(wanted(1, 4, 4))).toBe(first)
  expect(cache.kernelOf(wanted(1, 5, 4))).not.toBe(first)
  expect(cache.kernelOf(wanted(1, 4, 5))).not.toBe(first)
  expect(cache.kernelOf(wanted(2, 4, 4))).not.toBe(first)
  expect(cache.count).toBe(4)
})

test('beyond 2,048 kernels those go that were used longest ago', () => {
  const cache = new KernelCache(gpu, 'cpu')
  const kernel = (n: number): unknown => cache.kernelOf(wanted(n, 1, 1))
  const made = Array.from({ length: 2048 }, (_, n) => kernel(n))
  cache.trim()
  expect(kernel(0)).toBe(made[0])
  kernel(2048)
  kernel(2049)
  cache.trim()
  expect(cache.count).toBe(2050)
  expect(kernel(0)).toBe(made[0])
  expect(kernel(3)).toBe(made[3])
  expect(cache.count).toBe(2050)
  expect(kernel(1)).not.toBe(made[1])
  expect(kernel(2)).not.toBe(made[2])
  expect(cache.count).toBe(2052)
})

test('a kernel of another mode than was asked for is an error', () => {
  const asked = new KernelCache(gpu, 'webgl2')
  const kernel = asked.kernelOf(wanted(1, 1, 1))
  expect(() => asked.check(kernel)).toThrowErrorMatchingInlineSnapshot(
    `[Error: gpu: gpu.js ran mode cpu where webgl2 was asked for]`,
  )
  expect(new KernelCache(gpu, 'cpu').check(kernel)).toBeUndefined()
})
