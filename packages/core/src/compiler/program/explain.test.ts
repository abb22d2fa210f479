import { expect, test } from 'vitest'
import { explainPlan } from '../../compiler.ts'
import { tensor } from '../../index.ts'
import { numbers } from './programs.testing.ts'

test('explainPlan tells kernels, what they move, and where values lie', () => {
  const x = numbers([64, 48], 1, 'f32')
  const w = numbers([32, 48], 2, 'f32')
  const bias = numbers([32], 3, 'f32')
  const y = x.matmul(w.transpose()).add(bias).relu()
  expect(explainPlan(y, y.mean())).toMatchInlineSnapshot(`
    "10 steps; 2 kernels in 2 tasks, 1 barrier between them
    205k operations, 26.1 KiB read, 16 KiB written; 8 KiB of scratch, 34.1 KiB with inputs and outputs

    task    ops      read  written  kernel
       1   197k    18 KiB    8 KiB  s5 = i0 @ i1ᵀ  ([64, 48] [48, 32])
    ────────────────────────────────
       2  8.19k  8.13 KiB    8 KiB  t2 = s5 + i2; o3 = where((t2 ≤ 0), 0, t2); o4 = sum(o3) * 0.000488281  [ | 64, 32]

    buffer  dtype  elements   bytes  place
        i0    f32      3072  12 KiB  input 0
        i1    f32      1536   6 KiB  input 1
        i2    f32        32   128 B  input 2
        o3    f32      2048   8 KiB  output 0
        o4    f32         1     4 B  output 1
        s5    f32      2048   8 KiB  at 0"
  `)
})

test('explainPlan of values that are there has nothing to run', () => {
  expect(explainPlan(tensor([1, 2]))).toBe('nothing to run: the values are there')
})
