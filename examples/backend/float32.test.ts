import {
  type Backend,
  mapTree,
  realize,
  setBackend,
  type Tensor,
  tensor,
  valueAndGrad,
  zipTrees,
} from '@samkit/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { float32Backend } from './float32.ts'

/** The backend, with the names of the primitives it was asked to run and of those it left to the reference kernels. */
function watched(backend: Backend): { backend: Backend; ran: Set<string>; fellBack: Set<string> } {
  const ran = new Set<string>()
  const fellBack = new Set<string>()
  const compile: Backend['compile'] = async (plan) => {
    const executable = await backend.compile(plan)
    for (const { primitive } of plan.steps) ran.add(primitive.name)
    for (const name of executable.fallbacks) fellBack.add(name)
    return executable
  }
  return { backend: { ...backend, compile }, ran, fellBack }
}

const x = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
])
const y = tensor([[0], [1], [1], [0]])

interface Params {
  readonly w1: Tensor
  readonly b1: Tensor
  readonly w2: Tensor
}

/** Mean squared error of a network with one hidden layer on exclusive or. */
const loss = ({ w1, b1, w2 }: Params): Tensor => x.matmul(w1).add(b1).tanh().matmul(w2).sub(y).square().mean()

const start: Params = {
  w1: tensor([
    [1, -1, 0.5, 0.8],
    [-0.7, 0.9, 0.6, 1.1],
  ]),
  b1: tensor([0.1, -0.2, 0.3, -0.4]),
  w2: tensor([[0.5], [0.4], [-0.3], [0.2]]),
}

async function train(steps: number): Promise<readonly number[]> {
  const losses: number[] = []
  let params = start
  for (let step = 0; step < steps; step++) {
    const { value, grad } = valueAndGrad(loss)(params)
    const next = zipTrees(params, grad, (w, g) => w.sub(g.mul(0.2)))
    await realize(value, next.w1, next.b1, next.w2)
    losses.push(await value.item())
    params = mapTree(next, (w) => w.detach())
  }
  return losses
}

const { warn } = console
const warnings: string[] = []

beforeEach(() => {
  warnings.length = 0
  console.warn = (text: string) => warnings.push(text)
})

afterEach(async () => {
  console.warn = warn
  await setBackend('reference')
})

it('a network learns on five kernels, with what they lack on the reference kernels', async () => {
  const { backend, ran, fellBack } = watched(float32Backend())
  await setBackend(backend)
  const losses = await train(300)
  expect(losses.at(-1)).toBeLessThan(0.01)
  expect([...fellBack].sort()).toEqual(['constant', 'div', 'expand', 'permute', 'sum'])
  // reshape hands the same bytes on: the interpreter asks for no kernel.
  const own = [...ran].filter((name) => !fellBack.has(name))
  expect(own.sort()).toEqual(['add', 'matmul', 'mul', 'reshape', 'sub', 'tanh'])
})

it('it trains as the reference backend does, up to rounding', async () => {
  const expected = await train(50)
  await setBackend(float32Backend())
  const losses = await train(50)
  for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[i] ?? Number.NaN, 5)
})

it('what falls back is said once', async () => {
  await setBackend(float32Backend())
  await train(2)
  expect(warnings).toContain(
    'samkit: backend "float32" has no kernel for sum; it runs on the reference kernel',
  )
  expect(new Set(warnings).size).toBe(warnings.length)
})

it('integers run on the reference kernels, where they wrap', async () => {
  const { backend, fellBack } = watched(float32Backend())
  const big = tensor([2 ** 30 + 1], { dtype: 'i32' })
  expect(await big.mul(big).array({ backend })).toEqual([Math.imul(2 ** 30 + 1, 2 ** 30 + 1)])
  expect([...fellBack]).toEqual(['mul'])
})
