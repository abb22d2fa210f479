import fc from 'fast-check'
import { ancestors } from '../autodiff/graph.ts'
import type { HostArray } from '../graph/dtype.ts'
import { fromOwned } from '../graph/leaf.ts'
import type { Node, Tensor } from '../graph/tensor.ts'
import { mul, neg, sub } from '../ops/arithmetic.ts'
import { sum } from '../ops/broadcast.ts'
import { add } from '../ops/elementwise.ts'
import { barrier, identity, stopGradient } from '../ops/flow.ts'
import { constant } from '../ops/leaves.ts'
import { matmul } from '../ops/matmul.ts'
import { maximum } from '../ops/maximum.ts'
import { permute, reshape } from '../ops/reshape.ts'
import { sliceAxis } from '../ops/slice.ts'
import { sin, tanh } from '../ops/transcendental.ts'

/** One operation on tensors of shape `[2, 2]`. */
type Step = (a: Tensor, b: Tensor) => Tensor

const steps: readonly Step[] = [
  add,
  mul,
  sub,
  maximum,
  matmul,
  neg,
  sin,
  tanh,
  identity,
  stopGradient,
  barrier,
  (a) => permute(a, [1, 0]),
  (a) => reshape(reshape(a, [4]), [2, 2]),
  (a) => add(a, constant(0.5, [], 'f64')),
  (a, b) => mul(a, sum(b, { axis: 0, keepDims: true })),
  (a, b) => add(sliceAxis(a, 0, 0, 1), b),
]

/** How a random graph is built: for each operation its number and the two values it reads. */
export type Recipe = readonly (readonly [step: number, a: number, b: number])[]

/** Recipes of up to `length` operations. */
export function recipes(length: number = 20): fc.Arbitrary<Recipe> {
  const step = fc.tuple(fc.nat({ max: steps.length - 1 }), fc.nat({ max: 50 }), fc.nat({ max: 50 }))
  return fc.array(step, { minLength: 1, maxLength: length })
}

/** The values that a recipe makes of two leaves, the leaves first. Values are shared, and some are not used at all. */
export function cooked(recipe: Recipe): Tensor[] {
  const values = [
    fromOwned(Float64Array.of(0.3, -1.2, 0.7, 0.1), [2, 2]),
    fromOwned(Float64Array.of(-0.4, 0.9, 1.1, -0.6), [2, 2]),
  ]
  for (const [step, a, b] of recipe) {
    const recent = (n: number): Tensor => values[values.length - 1 - (n % values.length)]!
    values.push(steps[step]!(recent(a), recent(b)))
  }
  return values
}

/** The value of each node, computed one after another by the reference kernels, without any plan. */
export function evaluated(roots: readonly Tensor[]): HostArray[] {
  const values = new Map<Node, HostArray>()
  for (const node of ancestors(roots.map((root) => root.node))) {
    const { shape, dtype } = node
    const known = node.storage?.hostData
    const data =
      known ??
      node.primitive.reference(
        node.inputs.map((input) => values.get(input)!),
        node.attrs,
        node,
      )
    values.set(node, { shape, dtype, data })
  }
  return roots.map((root) => values.get(root.node)!)
}

/** A new leaf of `f64` numbers. */
export function vector(...values: readonly number[]): Tensor {
  return fromOwned(Float64Array.from(values), [values.length])
}
