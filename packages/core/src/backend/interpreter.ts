import type { Plan, Step, ValueId } from '../compiler/plan.ts'
import type { DType, TensorSpec, TypedArray } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { formatSpec } from '../graph/shape.ts'
import type { DeviceBuffer } from '../graph/storage.ts'
import type { Primitive } from '../graph/tensor.ts'
import type { Backend, Executable } from './backend.ts'
import { StepError } from './step-error.ts'

/** A value as a kernel sees it: its buffer, shape and dtype. */
export interface KernelInput<B extends DeviceBuffer> extends TensorSpec {
  readonly buffer: B
}

/** Runs one primitive: reads the inputs, gives a new buffer for the output. Must not write to its inputs. */
export type Kernel<B extends DeviceBuffer> = (
  inputs: readonly KernelInput<B>[],
  attrs: object,
  output: TensorSpec,
) => B

/** What an interpreted backend is made of. */
export interface InterpreterOptions<B extends DeviceBuffer> {
  readonly name: string
  /** The kernel for a primitive on inputs of these shapes and dtypes, or undefined where the backend has none. */
  kernel(primitive: Primitive, inputs: readonly TensorSpec[], output: TensorSpec): Kernel<B> | undefined
  upload(data: TypedArray, spec: TensorSpec): B
  download(buffer: B, spec: TensorSpec): TypedArray
  /** Default: all. */
  readonly dtypes?: readonly DType[]
  /**
   * What to do for a primitive without a kernel: `error` (default) refuses the plan, `reference` runs samkit's
   * reference kernel on the host and says so once per primitive.
   */
  readonly fallback?: 'error' | 'reference'
}

/** A buffer and how many plan values share it: `reshape` and `barrier` hand the same bytes on. */
interface Held<B> {
  readonly buffer: B
  users: number
  readonly borrowed: boolean
}

/**
 * Makes a backend from one kernel per primitive: plans run step by step, and every intermediate is given back after
 * its last use. The short way to a backend; the other way is to implement {@link Backend} and compile whole plans.
 */
export function interpreterBackend<B extends DeviceBuffer>(options: InterpreterOptions<B>): Backend {
  const { name, dtypes = ['bool', 'i32', 'f32', 'f64'], fallback = 'error' } = options
  const told = new Set<string>()

  function fallbackKernel(primitive: Primitive): Kernel<B> {
    if (fallback === 'error') {
      throw new OpError(
        primitive.name,
        `backend "${name}" has no kernel for it. Add one, or make the backend with fallback: 'reference'`,
      )
    }
    if (!told.has(primitive.name)) {
      told.add(primitive.name)
      console.warn(
        `samkit: backend "${name}" has no kernel for ${primitive.name}; it runs on the reference kernel`,
      )
    }
    return (inputs, attrs, output) => {
      const hosts = inputs.map(({ buffer, shape, dtype }) => {
        return { shape, dtype, data: options.download(buffer, { shape, dtype }) }
      })
      return options.upload(primitive.reference(hosts, attrs, output), output)
    }
  }

  function checkDtypes(specs: readonly TensorSpec[]): void {
    const odd = specs.find(({ dtype }) => !dtypes.includes(dtype))
    if (odd !== undefined) {
      throw new Error(
        `backend "${name}" computes ${dtypes.join(', ')}, not ${formatSpec(odd)}; cast it first`,
      )
    }
  }

  const isView = ({ primitive }: Step): boolean =>
    primitive.name === 'reshape' || primitive.name === 'barrier'

  function compile(plan: Plan): Executable {
    const fallbacks = new Set<string>()
    const specOf = (id: ValueId): TensorSpec => plan.values[id] as TensorSpec
    const kernels = plan.steps.map((step, i) => {
      const { primitive, inputs, output } = step
      try {
        checkDtypes([...inputs, output].map(specOf))
        if (isView(step)) return null
        const own = options.kernel(primitive, inputs.map(specOf), specOf(output))
        if (own === undefined) fallbacks.add(primitive.name)
        return own ?? fallbackKernel(primitive)
      } catch (error) {
        throw new StepError(i, error)
      }
    })
    return {
      fallbacks: [...fallbacks],
      run: (inputs) => {
        const copy = (buffer: B, spec: TensorSpec): B =>
          options.upload(options.download(buffer, spec).slice(), spec)
        return runSteps(plan, kernels, inputs as readonly B[], copy)
      },
    }
  }

  return {
    name,
    capabilities: { sync: true, dtypes, deterministic: true },
    upload: options.upload,
    download: async (buffer, spec) => options.download(buffer as B, spec),
    downloadSync: (buffer, spec) => options.download(buffer as B, spec),
    compile,
    dispose: async () => {},
  }
}

function runSteps<B extends DeviceBuffer>(
  { values, steps, outputs }: Plan,
  kernels: readonly (Kernel<B> | null)[],
  inputs: readonly B[],
  copy: (buffer: B, spec: TensorSpec) => B,
): B[] {
  const held = new Map<ValueId, Held<B>>(
    inputs.map((buffer, id) => [id, { buffer, users: 1, borrowed: true }]),
  )
  const inputOf = (id: ValueId): KernelInput<B> => {
    const spec = values[id]
    const entry = held.get(id)
    if (spec === undefined || entry === undefined)
      throw new Error(`samkit: plan reads value ${id} after it was freed`)
    return { buffer: entry.buffer, shape: spec.shape, dtype: spec.dtype }
  }
  const free = (id: ValueId): void => {
    const entry = held.get(id)
    held.delete(id)
    if (entry !== undefined && --entry.users === 0 && !entry.borrowed) entry.buffer.dispose()
  }
  const runStep = ({ attrs, inputs: ids, output, frees }: Step, i: number): void => {
    const kernel = kernels[i]
    const spec = values[output]
    const source = held.get(ids[0] ?? -1)
    if (spec === undefined) throw new Error(`samkit: plan step ${i} has no output`)
    if (kernel) held.set(output, { buffer: kernel(ids.map(inputOf), attrs, spec), users: 1, borrowed: false })
    else if (source !== undefined) {
      source.users += 1
      held.set(output, source)
    }
    for (const id of frees) free(id)
  }
  const copies: B[] = []
  try {
    steps.forEach((step, i) => {
      try {
        runStep(step, i)
      } catch (error) {
        throw new StepError(i, error)
      }
    })
    // Whoever receives the outputs owns them, so none may share its bytes with an input or another output.
    const given = new Set<B>(inputs)
    return outputs.map((id) => {
      const { buffer, shape, dtype } = inputOf(id)
      if (!given.has(buffer)) {
        given.add(buffer)
        return buffer
      }
      const own = copy(buffer, { shape, dtype })
      copies.push(own)
      return own
    })
  } catch (error) {
    for (const own of copies) own.dispose()
    for (const id of held.keys()) free(id)
    throw error
  }
}
