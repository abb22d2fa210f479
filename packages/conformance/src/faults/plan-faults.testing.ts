import {
  type Backend,
  type DeviceBuffer,
  type Executable,
  identity,
  type Plan,
  type Step,
  type TensorSpec,
  type TypedArray,
} from '@samkit/core'
import type { SeededFault } from './fault.testing.ts'
import { type SoundBuffer, soundBackend } from './sound.testing.ts'

type Run = (inputs: readonly DeviceBuffer[]) => readonly DeviceBuffer[]

/** A backend that makes something else of plans. */
function compiling(compile: (plan: Plan, sound: (plan: Plan) => Run, backend: Backend) => Run): Backend {
  const backend = soundBackend()
  const sound = (plan: Plan): Run => {
    const executable = backend.compile(plan) as Executable
    return (inputs) => executable.run(inputs) as readonly DeviceBuffer[]
  }
  return { ...backend, compile: (plan) => ({ run: compile(plan, sound, backend), fallbacks: [] }) }
}

function fault(
  kind: string,
  does: string,
  section: SeededFault['caughtBy']['section'],
  title: string,
  make: () => Backend,
): SeededFault {
  return { kind, does, caughtBy: { section, title }, make }
}

const specOf = (plan: Plan, id: number): TensorSpec => plan.values[id]!
const dataOf = (buffer: DeviceBuffer): TypedArray => (buffer as SoundBuffer).data

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

/** Faults of how plans are compiled and run, and of who owns which memory. */
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
    'aliasing',
    'an input that is an output is handed on, not copied',
    'memory',
    'outputs share memory with no input and no other output',
    () =>
      compiling((plan, sound) => {
        const run = sound(plan)
        return (inputs) =>
          run(inputs).map((output, i) => {
            const id = plan.outputs[i]!
            if (id >= plan.inputCount) return output
            ;(output as SoundBuffer).data = dataOf(inputs[id]!)
            return output
          })
      }),
  ),
  fault(
    'aliasing',
    'a value that is given twice is held once',
    'memory',
    'outputs share memory with no input and no other output',
    () =>
      compiling((plan, sound) => {
        const run = sound(plan)
        return (inputs) => {
          const outputs = run(inputs)
          outputs.forEach((output, i) => {
            ;(output as SoundBuffer).data = dataOf(outputs[plan.outputs.indexOf(plan.outputs[i]!)]!)
          })
          return outputs
        }
      }),
  ),
  fault(
    'aliasing',
    'every run writes its results to the same memory',
    'memory',
    'a result stays what it is when the program runs again',
    () =>
      compiling((plan, sound) => {
        const run = sound(plan)
        const kept = new Map<number, TypedArray>()
        return (inputs) =>
          run(inputs).map((output, i) => {
            const data = kept.get(i) ?? dataOf(output)
            data.set(dataOf(output))
            kept.set(i, data)
            ;(output as SoundBuffer).data = data
            return output
          })
      }),
  ),
  fault(
    'aliasing',
    'a run computes in place of its first input',
    'memory',
    'a run leaves its inputs as they were',
    () =>
      compiling((plan, sound) => {
        const run = sound(plan)
        return (inputs) => {
          const outputs = run(inputs)
          const [first, result] = [inputs[0], outputs[0]]
          if (first !== undefined && result !== undefined && dataOf(first).length === dataOf(result).length) {
            dataOf(first).set(dataOf(result))
          }
          return outputs
        }
      }),
  ),
  fault(
    'aliasing',
    'what is read is a window on memory that is used again',
    'memory',
    'a result stays what it is when the program runs again',
    () => {
      const backend = soundBackend()
      return {
        ...backend,
        download: async (buffer) => dataOf(buffer),
        downloadSync: (buffer) => dataOf(buffer),
      }
    },
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
    'leak',
    'an intermediate of every run is never given back',
    'memory',
    'many runs hold no more than one',
    () =>
      compiling((plan, sound, backend) => {
        const run = sound(plan)
        return (inputs) => {
          backend.upload(new Float32Array(4), { shape: [4], dtype: 'f32' })
          return run(inputs)
        }
      }),
  ),
  fault(
    'leak',
    'a run that fails keeps what it had taken',
    'claims',
    'an index out of range fails the run, and what it took is given back',
    () =>
      compiling((plan, sound, backend) => {
        const run = sound(plan)
        return (inputs) => {
          const scratch = backend.upload(new Float32Array(4), { shape: [4], dtype: 'f32' })
          const outputs = run(inputs)
          scratch.dispose()
          return outputs
        }
      }),
  ),
  fault('leak', 'disposing an output does nothing', 'memory', 'memory() counts uploads and outputs', () =>
    compiling((plan, sound) => {
      const run = sound(plan)
      return (inputs) =>
        run(inputs).map((output) => {
          output.dispose = () => {}
          return output
        })
    }),
  ),
  fault('ownership', 'a run gives its inputs back', 'memory', 'a run leaves its inputs as they were', () =>
    compiling((plan, sound) => {
      const run = sound(plan)
      return (inputs) => {
        const outputs = run(inputs)
        for (const input of inputs) input.dispose()
        return outputs
      }
    }),
  ),
  fault(
    'outputs',
    'outputs come in the order they are computed',
    'memory',
    'outputs share memory with no input and no other output',
    () =>
      compiling((plan, sound) => {
        const run = sound({ ...plan, outputs: [...plan.outputs].sort((a, b) => a - b) })
        return (inputs) => run(inputs)
      }),
  ),
  fault(
    'outputs',
    'a value that is given twice comes once',
    'memory',
    'outputs share memory with no input and no other output',
    () =>
      compiling((plan, sound) => {
        const run = sound({ ...plan, outputs: [...new Set(plan.outputs)] })
        return (inputs) => run(inputs)
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
