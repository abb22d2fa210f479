import {
  flattenTree,
  type GradcheckOptions,
  gradcheck,
  key,
  type Shape,
  type Tensor,
  unflattenTree,
  uniform,
} from '@samkit/core'
import { expect } from 'vitest'
import type { Context } from '../context.ts'
import type { Layer } from '../layer.ts'

/** A pass that is not training. */
export const still: Context = { training: false, key: null }

/** Fixed irregular numbers in [-1, 1), in f64. */
export function numbers(seed: number, shape: Shape): Tensor {
  return uniform(key(seed), shape, { low: -1, high: 1, dtype: 'f64' })
}

/** The parameters of a layer with irregular f64 numbers in place of what `init` drew. */
export function irregular<P>(layer: Layer<P>, seed = 1): P {
  const { leaves, structure } = flattenTree(layer.init(key(0)))
  return unflattenTree(
    structure,
    leaves.map((leaf, i) => numbers(100 * seed + i, leaf.shape)),
  )
}

/** Checks a layer's gradients toward its input and all its parameters, at irregular values of them. */
export async function gradcheckLayer(
  layer: Layer<unknown>,
  x: Tensor,
  context: Context = still,
  options: GradcheckOptions = {},
): Promise<void> {
  const { leaves, structure } = flattenTree(irregular(layer))
  const apply = (input: Tensor, ...params: Tensor[]): Tensor =>
    layer.apply(unflattenTree(structure, params), input, context)
  await gradcheck(apply, [x, ...leaves], options)
}

/** Expects a tensor of this shape with these values, row by row. */
export async function expectValues(
  actual: Tensor,
  shape: Shape,
  values: readonly number[],
  digits = 12,
): Promise<void> {
  expect(actual.shape).toEqual(shape)
  expect(values).toHaveLength(actual.size)
  const data = await actual.data()
  data.forEach((v, i) => {
    expect(v).toBeCloseTo(values[i] ?? Number.NaN, digits)
  })
}

/** The values of a tensor, row by row. */
export async function valuesOf(t: Tensor): Promise<number[]> {
  return [...(await t.data())]
}
