import { expect, test } from 'vitest'
import { mul } from '../ops/arithmetic.ts'
import { add } from '../ops/elementwise.ts'
import { tensor } from '../tensor/create.ts'
import { planOf } from './plan-of.ts'

test('the plan of tensors takes their leaves, in order, and gives one value each', () => {
  const [a, b] = [tensor([1, 2]), tensor([3, 4])]
  const product = mul(a, b)
  const { plan, inputs } = planOf([add(product, a), product])
  expect(inputs.map(({ data }) => [...data])).toEqual([
    [1, 2],
    [3, 4],
  ])
  expect(plan.steps.map(({ primitive }) => primitive.name)).toEqual(['mul', 'add'])
  expect(plan.outputs).toEqual([3, 2])
})
