import {
  allocate,
  type DeviceBuffer,
  type Executable,
  type HostArray,
  OpError,
  type Plan,
  StepError,
  sizeOf,
  type TensorSpec,
  type TypedArray,
  type ValueId,
} from '@samkit/core'
import { type RewrittenPlan, rewritePlan } from '@samkit/core/compiler'
import type { HostBuffer } from '../buffer.ts'
import type { Device } from '../device/device.ts'
import type { Dialect } from '../math/dialect.ts'
import { type DeviceProgram, deviceProgram } from './device-program.ts'
import { fromDevice, isNarrow, toDevice } from './host-values.ts'
import type { IntegerRange } from './placement.ts'
import { type Stage, stagesOf } from './stages.ts'

/** A stage, compiled where it runs on the device. */
interface CompiledStage extends Stage {
  readonly program: DeviceProgram | null
  /** Inputs that are whole numbers of which more is asked than to become floats. */
  readonly integers: readonly ValueId[]
}

/** What tells that integers are beyond what the device counts exactly. */
const beyondRange = Symbol('integers beyond 2^24')

/** A plan made ready: stages on the device and on the host, one after another. Values between stages lie on the host. */
export class GpuExecutable implements Executable {
  readonly fallbacks: readonly string[]
  private readonly device: Device
  private readonly dialect: Dialect
  private readonly hold: (data: TypedArray) => HostBuffer
  private readonly rewritten: RewrittenPlan
  private readonly variants = new Map<IntegerRange, readonly CompiledStage[]>()
  private range: IntegerRange = 'narrow'

  constructor(device: Device, dialect: Dialect, plan: Plan, hold: (data: TypedArray) => HostBuffer) {
    this.device = device
    this.dialect = dialect
    this.hold = hold
    this.rewritten = rewritePlan(plan)
    this.fallbacks = []
    this.stages()
  }

  /** The primitives that run on the host, by stage; what is not named runs on the device. */
  get onHost(): readonly string[] {
    const host = this.stages().filter(({ place }) => place === 'host')
    return [...new Set(host.flatMap(({ plan }) => plan.steps.map(({ primitive }) => primitive.name)))]
  }

  /** The text of every kernel, in order. */
  get sources(): readonly string[] {
    return this.stages().flatMap(({ program }) => program?.kernels.map(({ source }) => source) ?? [])
  }

  async run(inputs: readonly DeviceBuffer[]): Promise<readonly DeviceBuffer[]> {
    const data = inputs.map((buffer) => (buffer as HostBuffer).data)
    const outputs = await this.outputs(data)
    return outputs.map(this.hold)
  }

  private async outputs(inputs: readonly TypedArray[]): Promise<TypedArray[]> {
    try {
      return await this.computed(inputs)
    } catch (error) {
      if (error !== beyondRange) throw error
      // From now on integers stay on the host in this plan.
      this.range = 'wide'
      return this.computed(inputs)
    }
  }

  private async computed(inputs: readonly TypedArray[]): Promise<TypedArray[]> {
    const { plan } = this.rewritten
    const values = new Map<ValueId, TypedArray>(inputs.entries())
    for (const stage of this.stages()) {
      const from = stage.inputs.map((id) => values.get(id) ?? allocate('f32', 0))
      const run =
        stage.program === null ? this.onTheHost(stage, from) : this.onTheDevice(stage, stage.program, from)
      for (const [i, result] of (await run).entries()) values.set(stage.outputs[i] ?? -1, result)
    }
    // Whoever receives the outputs owns them, so none may share its memory with an input or another output.
    const given = new Set<TypedArray>(inputs)
    return plan.outputs.map((id) => {
      const value = values.get(id) ?? allocate(plan.values[id]?.dtype ?? 'f32', 0)
      const own = given.has(value) ? value.slice() : value
      given.add(own)
      return own
    })
  }

  private onTheHost({ plan, steps }: Stage, inputs: readonly TypedArray[]): TypedArray[] {
    const values: HostArray[] = inputs.map((data, id) => ({ ...(plan.values[id] as TensorSpec), data }))
    for (const [i, step] of plan.steps.entries()) {
      const spec = plan.values[step.output] as TensorSpec
      const operands = step.inputs.map((id) => values[id] as HostArray)
      try {
        values[step.output] = { ...spec, data: step.primitive.reference(operands, step.attrs, spec) }
      } catch (error) {
        throw new StepError(this.originOf(steps[i]), error)
      }
    }
    return plan.outputs.map((id) => values[id]?.data ?? allocate('f32', 0))
  }

  private async onTheDevice(
    { plan, steps, integers, inputs: ids }: CompiledStage,
    program: DeviceProgram,
    inputs: readonly TypedArray[],
  ): Promise<TypedArray[]> {
    for (const [i, data] of inputs.entries()) {
      if (integers.includes(ids[i] ?? -1) && !isNarrow(data)) throw beyondRange
    }
    const results = program.kernels.length === 0 ? [] : await this.device.run(program, inputs.map(toDevice))
    let next = 0
    const outputs = program.outputs.map((value, i) => {
      const { dtype = 'f32' } = plan.values[plan.outputs[i] ?? -1] ?? {}
      return value === null ? allocate(dtype, 0) : fromDevice(results[next++] ?? new Float32Array(0), dtype)
    })
    for (const { step, op, axis, shape } of program.checks) {
      const found = results[next++]?.[0] ?? 0
      if (found === 0) continue
      const problem = new OpError(
        op,
        `index ${found} is out of range: axis ${axis} of [${shape.join(', ')}] has indices 0 to ${(shape[axis] ?? 0) - 1}`,
      )
      throw new StepError(this.originOf(steps[step]), problem)
    }
    return outputs
  }

  private stages(): readonly CompiledStage[] {
    const known = this.variants.get(this.range)
    if (known !== undefined) return known
    const stages = stagesOf(this.rewritten.plan, this.range).map((stage): CompiledStage => {
      const program = stage.place === 'device' ? this.compiled(stage) : null
      return { ...stage, program, integers: this.range === 'narrow' ? integersOf(stage) : [] }
    })
    this.variants.set(this.range, stages)
    return stages
  }

  private compiled({ plan, steps }: Stage): DeviceProgram {
    try {
      return deviceProgram(plan, this.dialect)
    } catch (error) {
      if (!(error instanceof StepError)) throw error
      throw new StepError(this.originOf(steps[error.step]), error.cause)
    }
  }

  /** The step of the plan as it came that a step of the rewritten plan was made for. */
  private originOf(step: number | undefined): number {
    return this.rewritten.origins[step ?? -1] ?? 0
  }
}

function integersOf({ plan, inputs }: Stage): ValueId[] {
  const asFloats = (id: number): boolean =>
    plan.steps.every(({ primitive, inputs: from }) => !from.includes(id) || primitive.name === 'cast')
  return inputs.filter((_, id) => {
    const { dtype, shape } = plan.values[id] ?? { dtype: 'f32', shape: [] }
    return dtype === 'i32' && sizeOf(shape) > 0 && !asFloats(id)
  })
}
