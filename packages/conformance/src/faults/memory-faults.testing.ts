import type { TypedArray } from '@samkit/core'
import { compiling, dataOf, fault } from './compiling.testing.ts'
import type { SeededFault } from './fault.testing.ts'
import { type SoundBuffer, soundBackend } from './sound.testing.ts'

/** Faults of who owns which memory, and for how long. */
export const memoryFaults: readonly SeededFault[] = [
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
]
