import type { Backend, Capabilities, DType, Plan } from '@samkit/core'
import { fault } from './compiling.testing.ts'
import type { SeededFault } from './fault.testing.ts'
import { soundBackend } from './sound.testing.ts'

function claiming(
  claims: Partial<Capabilities>,
  change: (backend: Backend) => Partial<Backend> = () => ({}),
): Backend {
  const backend = soundBackend()
  return { ...backend, capabilities: { ...backend.capabilities, ...claims }, ...change(backend) }
}

const unclaimed = 'a dtype that is not claimed is refused by name'
const beyond = 'a tensor beyond maxElements is refused by that number'
const single: readonly DType[] = ['bool', 'i32', 'f32']

/** The first value of a plan that is larger than allowed. */
const tooLarge = ({ values }: Plan, most: number): boolean =>
  values.some(({ shape }) => shape.reduce((a, b) => a * b, 1) > most)

/** Faults of what backends say of themselves. */
export const claimFaults: readonly SeededFault[] = [
  fault(
    'claim',
    'f64 is claimed and computed in single precision',
    'primitives',
    'add gives what the reference gives',
    () =>
      soundBackend(({ primitive, output, right }) =>
        primitive.name === 'add' && output.dtype === 'f64' ? right().map(Math.fround) : undefined,
      ),
  ),
  fault('claim', 'f64 is not claimed, and computed in silence', 'claims', unclaimed, () =>
    claiming({ dtypes: single }),
  ),
  fault('claim', 'f64 is refused by an accident, not by name', 'claims', unclaimed, () =>
    claiming({ dtypes: single }, (backend) => ({
      compile: (plan) => {
        if (plan.values.some(({ dtype }) => dtype === 'f64'))
          throw new TypeError('cannot read properties of undefined')
        return backend.compile(plan)
      },
    })),
  ),
  fault('claim', 'tensors beyond maxElements are computed', 'claims', beyond, () =>
    claiming({ maxElements: 5000 }),
  ),
  fault('claim', 'tensors beyond maxElements are refused without the number', 'claims', beyond, () =>
    claiming({ maxElements: 5000 }, (backend) => ({
      compile: (plan) => {
        if (tooLarge(plan, 5000)) throw new Error('out of resources')
        return backend.compile(plan)
      },
    })),
  ),
  fault(
    'claim',
    'sync is claimed, and runs give promises',
    'claims',
    'a synchronous backend answers at once',
    () =>
      claiming({}, (backend) => ({
        compile: (plan) => {
          const executable = backend.compile(plan)
          if (executable instanceof Promise) return executable
          return { ...executable, run: async (inputs) => executable.run(inputs) }
        },
      })),
  ),
  fault(
    'unknown primitive',
    'a primitive that it does not know is passed over',
    'claims',
    'a primitive that it does not know is refused by name, or computed right',
    () =>
      soundBackend(({ primitive, inputs }) => (primitive.name === 'softsign' ? inputs[0]?.data : undefined)),
  ),
  fault(
    'fallbacks',
    'fallbacks lists primitives that the plan has not',
    'claims',
    'what runs on reference kernels is listed by its name',
    () =>
      claiming({}, (backend) => ({
        compile: (plan) => {
          const executable = backend.compile(plan)
          return executable instanceof Promise ? executable : { ...executable, fallbacks: ['conv'] }
        },
      })),
  ),
  fault(
    'after the end',
    'reading after dispose gives zeros',
    'disposal',
    'after dispose it refuses in clear words, or stays right',
    () => {
      let disposed = false
      return claiming({}, (backend) => ({
        download: async (buffer, spec) => {
          return disposed ? new Float32Array(6) : backend.download(buffer, spec)
        },
        dispose: async () => {
          disposed = true
        },
      }))
    },
  ),
  fault(
    'after the end',
    'a run after dispose fails by an accident',
    'disposal',
    'after dispose it refuses in clear words, or stays right',
    () => {
      let disposed = false
      return claiming({}, (backend) => ({
        compile: (plan) => {
          if (disposed) throw new TypeError('cannot read properties of null')
          return backend.compile(plan)
        },
        dispose: async () => {
          disposed = true
        },
      }))
    },
  ),
]
