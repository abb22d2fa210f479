import {
  type Backend,
  compileStats,
  concat,
  exp,
  matmul,
  max,
  neg,
  softmax,
  sum,
  type Tensor,
  type TypedArray,
  tensor,
  zeros,
} from '@samkit/core'
import { planOf } from '@samkit/core/testing'
import { expect, test } from 'vitest'
import { watchedGpu } from '../watched-gpu.testing.ts'
import { expectSame } from './compared.testing.ts'
import type { Subject } from './subject.testing.ts'

const counting = (n: number): Tensor => tensor(Float32Array.from({ length: n }, (_, i) => (i % 7) - 2.5))

/** What the plan of these tensors gives, as the arrays that the backend hands out. */
async function outputsOf(backend: Backend, tensors: readonly Tensor[]): Promise<TypedArray[]> {
  const { plan, inputs } = planOf(tensors)
  const executable = await backend.compile(plan)
  const buffers = inputs.map(({ data, shape, dtype }) => backend.upload(data, { shape, dtype }))
  const outputs = await executable.run(buffers)
  const arrays = await Promise.all(
    outputs.map((output, i) =>
      backend.download(output, plan.values[plan.outputs[i] ?? -1] ?? { shape: [], dtype: 'f32' }),
    ),
  )
  for (const buffer of [...buffers, ...outputs]) buffer.dispose()
  return [...inputs.map(({ data }) => data), ...arrays]
}

/** How a small plan runs: as a whole where gpu.js can, and never in another way without being noticed. */
const executorOf = {
  webgpu: 'fused-encoder',
  webgl2: 'launches',
  headlessgl: 'launches',
  webasm: 'fused-sync',
  cpu: 'launches',
} as const

/** Plans are kept, and give values that are their own. */
export function planFacts({ mode, backend }: Subject): void {
  test('tensors without elements go through', async () => {
    await expectSame(await backend(), () => [
      zeros([0, 3]).add(1),
      sum(zeros([0, 3]), { axis: 0 }),
      matmul(zeros([2, 0]), zeros([0, 3])),
      concat([zeros([0]), counting(3)], 0),
    ])
  })

  test('outputs that are inputs, or the same value twice, share no memory', async () => {
    const x = counting(6)
    const y = x.mul(2)
    const arrays = await outputsOf(await backend(), [x, x.reshape(2, 3), y, y.reshape(3, 2), x, y.add(0)])
    expect(new Set(arrays.map(({ buffer }) => buffer)).size).toBe(arrays.length)
    const doubled = Array.from(await counting(6).mul(2).data())
    expect(Array.from(arrays[3] ?? [])).toEqual(doubled)
    expect(Array.from(arrays[6] ?? [])).toEqual(doubled)
  })

  test('other shapes make other plans, right each, and shapes seen before compile nothing', async () => {
    const program = (n: number): Tensor => {
      const x = counting(3 * n).reshape(3, n)
      return matmul(max(x, { axis: 0, keepDims: true }), neg(x).permute(1, 0))
        .reshape(3)
        .add(n)
    }
    const sizes = [1, 4, 7, 300]
    for (const n of sizes) await expectSame(await backend(), () => [program(n)])
    const own = await backend()
    const [{ compiled }, before] = [compileStats(), own.stats()]
    for (const n of sizes.toReversed()) await expectSame(own, () => [program(n)])
    expect(compileStats().compiled).toBe(compiled)
    const { runs, ...after } = own.stats()
    expect({ ...after, runs: runs - sizes.length }).toEqual(before)
  })

  test('the same program gives the same bits each time', async () => {
    const program = (): Tensor => softmax(exp(counting(1000).reshape(10, 100).mul(0.37)), { axis: 1 })
    const first = await program().data({ backend: await backend() })
    for (let i = 0; i < 3; i++) expect(await program().data({ backend: await backend() })).toEqual(first)
    const other = await watchedGpu(mode)
    expect(await program().data({ backend: other })).toEqual(first)
    await other.dispose()
  })

  test('what ran is told: the mode, the way in which gpu.js runs plans, and how many', async () => {
    const own = await watchedGpu(mode)
    expect(own.mode).toBe(mode)
    expect(own.stats()).toEqual({
      mode,
      vectors: mode !== 'cpu' && mode !== 'webasm',
      plans: 0,
      runs: 0,
      pipelines: 0,
      bytes: 0,
      kernels: 0,
      executors: [],
    })
    for (let i = 0; i < 3; i++) await counting(4).mul(2).data({ backend: own })
    const { plans, runs, pipelines, kernels, executors } = own.stats()
    expect({ plans, runs, pipelines }).toEqual({ plans: 1, runs: 3, pipelines: 1 })
    expect(kernels).toBeGreaterThan(0)
    expect(executors).toEqual([executorOf[mode]])
    await own.dispose()
  })

  test('pipelines beyond the most that are kept make room, and come back right', async () => {
    const own = await watchedGpu(mode, { maxPipelines: 2 })
    for (let round = 0; round < 2; round++) {
      for (const n of [2, 3, 4, 5]) {
        await expectSame(own, () => [exp(counting(n)).sum(), counting(n).add(1)])
        expect(own.stats().pipelines).toBeLessThanOrEqual(2)
      }
    }
    await own.dispose()
    const tight = await watchedGpu(mode, { maxBytes: 100 })
    for (const n of [20, 24, 20]) {
      await expectSame(tight, () => [counting(n).add(1)])
      expect(tight.stats().bytes).toBeLessThanOrEqual(100)
    }
    await tight.dispose()
  })

  test('after dispose, which may be called again, it refuses in clear words', async () => {
    const own = await watchedGpu(mode)
    await counting(3).add(1).data({ backend: own })
    await own.dispose()
    await own.dispose()
    await expect(counting(3).add(1).data({ backend: own })).rejects.toThrow(
      'this gpu backend was disposed; make another with gpu()',
    )
    expect(own.stats().pipelines).toBe(0)
  })
}
