import {
  add,
  argsort,
  cast,
  concat,
  type HostArray,
  maximum,
  mul,
  neg,
  type Plan,
  remainder,
  reshape,
  sin,
  type Tensor,
  type TensorSpec,
  where,
} from '@samkit/core'
import { planOf } from '@samkit/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawn, floats, integers, planFor } from './plans.testing.ts'
import { type Stage, stagesOf } from './stages.ts'

/** A stage in a line: where it runs, and what. */
function lineOf({ place, plan }: Stage): string {
  return `${place}: ${plan.steps.map(({ primitive }) => primitive.name).join(' ')}`
}

const linesOf = (...tensors: readonly Tensor[]): string[] =>
  stagesOf(planFor(...tensors), 'narrow').map(lineOf)

/** Every value that a plan gives, by the reference kernels. */
function outputsOf({ steps, values, outputs }: Plan, inputs: readonly HostArray[]): HostArray[] {
  const known = [...inputs]
  for (const { primitive, inputs: from, attrs, output } of steps) {
    const spec = values[output] as TensorSpec
    const operands = from.map((id) => known[id]!)
    known[output] = { ...spec, data: primitive.reference(operands, attrs, spec) }
  }
  return outputs.map((id) => known[id]!)
}

describe('a plan is cut into stages', () => {
  test('floats are one stage, on the device', () => {
    expect(linesOf(sin(floats(3).add(1)))).toMatchInlineSnapshot(`
      [
        "device: constant add sin",
      ]
    `)
  })

  test('random numbers come first, on the host', () => {
    expect(linesOf(drawn(3).mul(floats(3)))).toMatchInlineSnapshot(`
      [
        "host: constant random",
        "device: mul",
      ]
    `)
  })

  test('host and device take turns where one needs the other', () => {
    const order = argsort(sin(floats(4)))
    expect(linesOf(cast(order.mul(3), 'f32').add(1))).toMatchInlineSnapshot(`
      [
        "device: sin argsort",
        "host: constant mul",
        "device: cast constant add",
      ]
    `)
  })

  test('what is done on the host without need of the device is done in one stage', () => {
    expect(linesOf(sin(cast(integers(4).add(1), 'f32')).mul(drawn(4)))).toMatchInlineSnapshot(`
      [
        "host: constant add constant random",
        "device: cast sin mul",
      ]
    `)
  })

  test('a constant, and a view of an input, are made in each stage that reads them', () => {
    const turned = reshape(integers(4), [2, 2])
    expect(linesOf(cast(turned.mul(7), 'f32').mul(7), maximum(turned, 7))).toMatchInlineSnapshot(`
      [
        "host: reshape constant mul",
        "device: reshape cast constant mul constant maximum",
      ]
    `)
  })

  test('a view of what was computed stays where that is', () => {
    expect(linesOf(reshape(integers(4).add(1), [2, 2]))).toMatchInlineSnapshot(`
      [
        "host: constant add reshape",
      ]
    `)
  })
})

type Step = (a: Tensor, b: Tensor) => Tensor

const steps: readonly Step[] = [
  (a, b) => add(a, b),
  (a, b) => mul(a, b),
  (a, b) => maximum(a, b),
  (a) => neg(a),
  (a) => sin(cast(a, 'f32')),
  (a) => cast(a, 'i32'),
  (a) => argsort(a),
  (a) => reshape(reshape(a, [2, 2]), [4]),
  (a, b) => where(a.le(b), a, b),
  (a, b) => concat([a, b], 0).at([1, 5]),
  (a) => remainder(a, 3),
  (a) => a.add(drawn(4)),
]

test('stages one after another give what the plan gives, each from what was there before it', () => {
  const recipes = fc.array(fc.tuple(fc.nat({ max: steps.length - 1 }), fc.nat(), fc.nat()), {
    minLength: 1,
    maxLength: 14,
  })
  fc.assert(
    fc.property(recipes, fc.constantFrom('narrow' as const, 'wide' as const), (recipe, range) => {
      const made = [floats(4).sub(1.5), integers(4)]
      for (const [step, a, b] of recipe)
        made.push(steps[step]!(made[a % made.length]!, made[b % made.length]!))
      const { plan, inputs } = planOf(made.slice(-3))
      const known = new Map<number, HostArray>(inputs.entries())
      const stages = stagesOf(plan, range)
      for (const stage of stages) {
        const from = stage.inputs.map((id) => {
          expect(known.has(id)).toBe(true)
          return known.get(id)!
        })
        const outputs = outputsOf(stage.plan, from)
        for (const [i, id] of stage.outputs.entries()) known.set(id, outputs[i]!)
        expect(stage.plan.steps.map(({ primitive }) => primitive.name)).toEqual(
          stage.steps.map((step) => plan.steps[step]!.primitive.name),
        )
      }
      expect(stages.map(({ place }) => place)).toEqual(
        stages.map((_, i) => ((stages[0]?.place === 'host' ? i : i + 1) % 2 === 0 ? 'host' : 'device')),
      )
      expect(plan.outputs.map((id) => known.get(id))).toEqual(outputsOf(plan, inputs))
    }),
  )
})
