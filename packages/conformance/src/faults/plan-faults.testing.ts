import { type DeviceBuffer, identity, type Plan, type Step, type TensorSpec } from '@samkit/core'
import { compiling, dataOf, fault, type Run } from './compiling.testing.ts'
import type { SeededFault } from './fault.testing.ts'
import { soundBackend } from './sound.testing.ts'

const specOf = (plan: Plan, id: number): TensorSpec => plan.values[id]!

/** The plan with some steps changed. */
const withSteps = (plan: Plan, change: (step: Step, plan: Plan) => Step): Plan => ({
  ...plan,
  steps: plan.steps.map((step) => change(step, plan)),
})

const namesOf = ({ steps }: Plan): string => steps.map(({ primitive }) => primitive.name).join()
const keyed = ({ steps, values }: Plan): string =>
  JSON.stringify([steps.map(({ primitive, inputs }) => [primitive.name, inputs]), values])

/** What turns `permute` into reading the bytes in the order they lie, where sizes allow. */
const readsInOrder = (step: Step, plan: Plan): Step => {
  if (step.primitive.name !== 'permute') return step
  const [from, to] = [specOf(plan, step.inputs[0]!).shape, specOf(plan, step.output).shape]
  return from.join() === to.join() ? { ...step, attrs: { order: from.map((_, axis) => axis) } } : step
}

/** What hands a value on in place of its square. */
const squareIsValue = (step: Step): Step => {
  const [a, b] = step.inputs
  const square = step.primitive.name === 'mul' && a === b
  return square ? { ...step, primitive: identity.primitive, inputs: step.inputs.slice(0, 1) } : step
}

/** Faults of how plans are compiled, cached and run. */
export const planFaults: readonly SeededFault[] = [
  fault('view', 'kernels read a turned view as if it lay in order', 'views', 'matmul reads views', () =>
    compiling((plan, sound) => sound(withSteps(plan, readsInOrder))),
  ),
  fault(
    'fusion',
    'a product of a value with itself is taken for the value',
    'graphs',
    'smooth graphs of floats stay within what roundings come to',
    () => compiling((plan, sound) => sound(withSteps(plan, squareIsValue))),
  ),
  fault(
    'memory plan',
    'a value is freed at its first use, not its last',
    'graphs',
    'graphs of whole numbers and booleans give exactly what the reference gives',
    () =>
      compiling((plan, sound) => {
        const seen = new Set<number>()
        return sound(
          withSteps(plan, (step) => {
            const again = plan.steps.filter(({ inputs }) => inputs.some((id) => step.inputs.includes(id)))
            const early = step.inputs.filter(
              (id) =>
                id >= plan.inputCount && !plan.outputs.includes(id) && again.length > 1 && !seen.has(id),
            )
            for (const id of early) seen.add(id)
            return { ...step, frees: [...new Set([...step.frees, ...early])] }
          }),
        )
      }),
  ),
  fault(
    'shared steps',
    'steps that differ in attributes only are taken for one',
    'sizes',
    'axes of 1001',
    () =>
      compiling((plan, sound) => {
        const known = new Map<string, Step>()
        return sound(
          withSteps(plan, (step) => {
            const key = JSON.stringify([step.primitive.name, step.inputs, specOf(plan, step.output).shape])
            const first = known.get(key) ?? step
            known.set(key, first)
            return { ...step, attrs: first.attrs }
          }),
        )
      }),
  ),
  fault(
    'stale cache',
    'programs are found again by their primitives, whatever their shapes',
    'memory',
    'a program of the same steps on other shapes gives their results',
    () => {
      const known = new Map<string, Plan>()
      return compiling((plan, sound) => {
        const key = namesOf(plan)
        const first = known.get(key) ?? plan
        known.set(key, first)
        return sound(first)
      })
    },
  ),
  fault(
    'stale cache',
    'programs are found again whatever their attributes',
    'primitives',
    'cumsum gives what the reference gives',
    () => {
      const known = new Map<string, Run>()
      return compiling((plan, sound) => {
        const key = keyed(plan)
        const run = known.get(key) ?? sound(plan)
        known.set(key, run)
        return run
      })
    },
  ),
  fault(
    'stale data',
    'the inputs of the first run are kept for all later ones',
    'memory',
    'a result stays what it is when the program runs again',
    () =>
      compiling((plan, sound, backend) => {
        const run = sound(plan)
        let first: readonly DeviceBuffer[] | undefined
        return (inputs) => {
          first ??= inputs.map((input, id) => backend.upload(dataOf(input), specOf(plan, id)))
          const fresh = first.map((input, id) => backend.upload(dataOf(input), specOf(plan, id)))
          const outputs = run(fresh)
          for (const input of fresh) input.dispose()
          return outputs
        }
      }),
  ),
  fault(
    'race',
    'sums come in another order each time',
    'determinism',
    'a softmax gives the same bits each time',
    () => {
      let runs = 0
      return soundBackend(({ primitive, output, right }) => {
        if (primitive.name !== 'sum' || output.dtype !== 'f32') return undefined
        runs += 1
        return right().map((x) => Math.fround(x * (1 + (runs % 3) * 2 ** -23)))
      })
    },
  ),
]
