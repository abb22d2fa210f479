import { describe, expect, test } from 'vitest'
import { checkpoint } from '../../autodiff/checkpoint.ts'
import { grad } from '../../autodiff/grad.ts'
import { fromOwned } from '../../graph/leaf.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { div, mul, sub } from '../../ops/arithmetic.ts'
import { sum } from '../../ops/broadcast.ts'
import { add } from '../../ops/elementwise.ts'
import { barrier } from '../../ops/flow.ts'
import { constant } from '../../ops/leaves.ts'
import { matmul } from '../../ops/matmul.ts'
import { permute, reshape } from '../../ops/reshape.ts'
import { sliceAxis } from '../../ops/slice.ts'
import { pow, sin } from '../../ops/transcendental.ts'
import { makePlan, type Plan, schedule } from '../plan.ts'
import { rewritePlan } from './rewrite.ts'

function planOf(...roots: readonly Tensor[]): Plan {
  const nodes = roots.map(({ node }) => node)
  return makePlan(nodes, schedule(nodes)).plan
}

const namesOf = ({ steps }: Plan): string[] => steps.map(({ primitive }) => primitive.name)

/** The primitives that are left of a graph. */
const left = (...roots: readonly Tensor[]): string[] => namesOf(rewritePlan(planOf(...roots)).plan)

const matrix = (rows: number, columns: number): Tensor =>
  fromOwned(
    Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i)),
    [rows, columns],
  )

describe('of a plan', () => {
  const x = matrix(2, 3)

  test('nothing is left but what computes', () => {
    expect(left(reshape(reshape(mul(add(x, -0), 1), [6]), [2, 3]))).toEqual([])
    expect(left(sin(sub(permute(permute(x, [1, 0]), [1, 0]), 0)))).toEqual(['sin'])
  })

  test('0 that is added stays, as it makes a -0 into 0', () => {
    expect(left(add(x, 0))).toEqual(['constant', 'add'])
  })

  test('constants are computed once, here', () => {
    const two = add(constant(1, [], 'f32'), 1)
    const { plan } = rewritePlan(planOf(mul(x, mul(two, two))))
    expect(namesOf(plan)).toEqual(['constant', 'mul'])
    expect(plan.steps[0]?.attrs).toMatchObject({ value: 4 })
  })

  test('a power of two divides as a product, another number does not', () => {
    expect(left(div(x, 8))).toEqual(['constant', 'mul'])
    expect(left(div(x, 2 ** -149))).toEqual(['constant', 'div'])
    expect(left(div(x, 3))).toEqual(['constant', 'div'])
  })

  test('a square is a product', () => {
    expect(left(pow(x, 2))).toEqual(['mul'])
    expect(left(pow(x, 1))).toEqual([])
    expect(left(pow(x, 3))).toEqual(['constant', 'pow'])
  })

  test('what is equal is computed once, with operands in either order', () => {
    const y = sin(x)
    expect(left(add(mul(y, x), mul(x, sin(x))))).toEqual(['sin', 'mul', 'add'])
    expect(left(add(sub(y, x), sub(x, y)))).toEqual(['sin', 'sub', 'sub', 'add'])
  })

  test('the gradient of a weight comes out in its layout', () => {
    const [input, weight] = [matrix(4, 3), matrix(5, 3)]
    const gradient = grad((w: Tensor) => sum(sin(matmul(input, permute(w, [1, 0])))))(weight)
    const { plan } = rewritePlan(planOf(gradient))
    expect(namesOf(plan).at(-1)).toBe('matmul')
  })

  test('a product that is read as it is too is not computed twice', () => {
    const product = matmul(x, matrix(3, 2))
    expect(left(product, permute(product, [1, 0]))).toEqual(['matmul', 'permute'])
  })

  test('the gradient of slices that fill an axis is a concat', () => {
    const f = (t: Tensor): Tensor => {
      const [q, k, v] = [0, 2, 4].map((start) => sin(sliceAxis(t, 1, start, start + 2)))
      return sum(mul(matmul(q!, permute(k!, [1, 0])), matmul(v!, permute(k!, [1, 0]))))
    }
    const names = left(grad(f)(matrix(3, 6)))
    expect(names).toContain('concat')
    expect(names).not.toContain('pad')
  })

  test('the gradient of slices that overlap stays a sum', () => {
    const f = (t: Tensor): Tensor => sum(mul(sin(sliceAxis(t, 0, 0, 3)), sin(sliceAxis(t, 0, 2, 5))))
    expect(left(grad(f)(matrix(5, 1)))).not.toContain('concat')
  })

  test('a thousand slices are joined at once', () => {
    const f = (t: Tensor): Tensor => {
      let state: Tensor = constant(0, [1, 1], 'f32')
      for (let i = 0; i < 1000; i++) state = sin(add(state, sliceAxis(t, 0, i, i + 1)))
      return sum(state)
    }
    const names = left(grad(f)(matrix(1000, 1)))
    expect(names.filter((name) => name === 'concat')).toHaveLength(1)
    expect(names).not.toContain('pad')
  })
})

describe('behind a barrier', () => {
  test('what is equal is computed again', () => {
    const x = matrix(2, 2)
    expect(left(add(sin(x), sin(barrier(x, sum(x)))))).toEqual(['sin', 'sum', 'barrier', 'sin', 'add'])
  })

  test('a checkpoint saves as much memory as before', () => {
    const deep = (t: Tensor): Tensor => {
      let y = t
      for (let i = 0; i < 8; i++) y = sin(mul(y, y))
      return y
    }
    const peak = (f: (t: Tensor) => Tensor): number => {
      const loss = (t: Tensor): Tensor => sum(f(f(f(f(t)))))
      return rewritePlan(planOf(grad(loss)(matrix(32, 32)))).plan.peakBytes
    }
    expect(peak(checkpoint(deep))).toBeLessThan(peak(deep) / 2)
  })
})

test('each step knows the step that it was made for', () => {
  const x = matrix(2, 3)
  const plan = planOf(sin(add(mul(x, 1), mul(matrix(2, 3), 2))))
  const { plan: rewritten, origins } = rewritePlan(plan)
  const first = origins.map((origin) => plan.steps[origin]?.primitive.name)
  expect(namesOf(rewritten).map((name, i) => [name, first[i]])).toEqual([
    ['constant', 'constant'],
    ['mul', 'mul'],
    ['add', 'add'],
    ['sin', 'sin'],
  ])
})
