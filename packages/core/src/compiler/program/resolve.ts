import { isFloat, type TensorSpec } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Primitive } from '../../graph/tensor.ts'
import { primitives } from '../../ops/table.ts'
import type { Plan, Step, ValueId } from '../plan.ts'
import { type Assemblies, findAssemblies } from './assembly.ts'
import { type Conv, convKernel, matmulKernel, type Operand } from './contraction.ts'
import { cutsOf } from './cuts.ts'
import type { ConvKernel, MatmulKernel } from './kernel.ts'
import { layoutFor, pieceView, soleUsers } from './layout.ts'
import { type Movement, movementOf } from './movement.ts'
import { Operands } from './operands.ts'
import { delayed, isFree, moved, type Source, type ValueSource, valuesOf, weightOf } from './source.ts'
import { contiguous, sliced } from './view.ts'
import { type MapWork, needsOf, type Resolved, segmentsOf, type Work } from './work.ts'

const families = new Set(['unary', 'binary', 'ternary'])
const elementwise = new Set<Primitive>(primitives.filter(({ family }) => families.has(family)))
const known = new Set<Primitive>(primitives)

/** Movements that show each element at most once. */
const rearranging = new Set(['permute', 'slice', 'flip'])

/** How much may be computed where it is read rather than before it is moved. */
const movedWeight = 6

/** An expression of constants that is this small is computed where it is used rather than stored. */
const inlineWeight = 4

/**
 * Takes the views out of a plan: reshapes, permutes, slices and their like become the way in which the rest reads its
 * operands. Where a view cannot say it, a copy is made.
 */
export function resolvePlan(plan: Plan): Resolved {
  return new Resolver(plan).result()
}

class Resolver extends Operands {
  /** The elementwise work that computes a value. */
  private readonly makers = new Map<number, MapWork>()
  private readonly users: ReadonlyMap<ValueId, Step>
  private readonly readers = new Map<ValueId, Step[]>()
  private readonly assemblies: Assemblies

  constructor(plan: Plan) {
    super(plan)
    this.users = soleUsers(plan)
    this.assemblies = findAssemblies(plan, this.users)
    for (const step of plan.steps) {
      for (const id of step.inputs) {
        const list = this.readers.get(id)
        if (list === undefined) this.readers.set(id, [step])
        else list.push(step)
      }
    }
  }

  result(): Resolved {
    const { steps, inputCount } = this.plan
    for (const [i, step] of steps.entries()) {
      if (!this.assemblies.absorbed.has(step.output)) this.sources[step.output] = this.resolved(step, i)
    }
    const taken = new Set<number>()
    const outputs = this.plan.outputs.map((id) => {
      const source = this.source(id)
      const own = source.kind === 'value' && this.isWhole(source) ? source.value : -1
      const value =
        own < inputCount || taken.has(own) ? this.copy(source, this.count(id), steps.length - 1).value : own
      taken.add(value)
      return value
    })
    return { inputCount, values: this.values, work: withoutDead(this.work, outputs), outputs }
  }

  private resolved(step: Step, i: number): Source {
    const { primitive, inputs, output } = step
    const [first = -1] = inputs
    const { shape, dtype } = this.spec(output)
    if (sizeOf(shape) === 0) return { kind: 'constant', dtype, value: 0 }
    if (!known.has(primitive)) return this.primitive(step, i)
    if (this.assemblies.pieces.has(output)) return this.assembled(output, i)
    if (elementwise.has(primitive)) return this.map(step, i)
    switch (primitive.name) {
      case 'constant':
        return { kind: 'constant', dtype, value: (step.attrs as { readonly value: number }).value }
      case 'iota':
        return { kind: 'index', dtype, view: contiguous(sizeOf(shape)) }
      case 'reshape':
      case 'identity':
      case 'stopGradient':
        return this.source(first)
      case 'barrier':
        return this.barrier(step)
      case 'pad':
        return this.pad(step, i)
      case 'sum':
      case 'max':
      case 'min':
        return this.reduce(step, i, primitive.name)
      case 'matmul':
      case 'conv':
        return this.contraction(step, i)
      default: {
        const movement = movementOf(step, this.spec(first).shape, shape)
        if (movement === null) return this.primitive(step, i)
        const moves = rearranging.has(primitive.name) || isFree(this.source(first))
        return this.seenThrough(step, movement) ?? this.move(first, movement, i, moves)
      }
    }
  }

  /** A movement of what is computed for it alone: the operands are moved instead of the result. */
  private seenThrough({ primitive, inputs, output }: Step, movement: Movement): Source | null {
    const [first = -1] = inputs
    const source = this.source(first)
    if (!rearranging.has(primitive.name) || source.kind !== 'value' || !this.isWhole(source)) return null
    const maker = this.makers.get(source.value)
    if (maker === undefined || source.after.length > 0 || weightOf(maker.source) > movedWeight) return null
    const isPrivate = this.onlyUsed(source.value, first) && this.users.has(output)
    return isPrivate ? moved(maker.source, movement) : null
  }

  /** Whether all that is read of a value is read under another number: it went there through reshapes alone. */
  private onlyUsed(value: ValueId, id: ValueId): boolean {
    for (let at = value; at !== id; ) {
      const user = this.users.get(at)
      if (user?.primitive.name !== 'reshape') return false
      at = user.output
    }
    return this.users.has(id)
  }

  private map(step: Step, i: number): Source {
    const { primitive, inputs, output } = step
    const { shape, dtype } = this.spec(output)
    const cuts = { all: [] }
    const args = inputs.map((id) => this.operand(id, shape, cuts, i))
    const source: Source = { kind: 'apply', dtype, name: primitive.name, args }
    if (valuesOf(source).length === 0 && weightOf(source) <= inlineWeight) return source
    const count = sizeOf(shape)
    const work: MapWork = { kind: 'map', step: i, target: this.whole(output), after: [], count, source }
    this.work.push(work)
    this.makers.set(output, work)
    return this.stored(output)
  }

  private reduce(step: Step, i: number, name: 'sum' | 'max' | 'min'): Source {
    const [input = -1] = step.inputs
    const { axes } = step.attrs as { readonly axes: readonly number[] }
    const { shape, dtype } = this.spec(input)
    const count = sizeOf(shape)
    if (count === 0) return { kind: 'constant', dtype, value: 0 }
    const segments = segmentsOf(shape, axes)
    if (!segments.some(({ reduced }) => reduced)) {
      if (name !== 'sum' || !isFloat(dtype)) return this.source(input)
      // A sum starts from 0, which makes a -0 into 0.
      const args = [this.source(input), { kind: 'constant', dtype, value: 0 } as const]
      const zeroed: Source = { kind: 'apply', dtype, name: 'add', args }
      this.work.push({
        kind: 'map',
        step: i,
        target: this.whole(step.output),
        after: [],
        count,
        source: zeroed,
      })
      return this.stored(step.output)
    }
    const source = this.operand(input, shape, { all: cutsOf(segments) }, i)
    const target = this.whole(step.output)
    this.work.push({ kind: 'reduce', step: i, target, after: [], name, dtype, count, segments, source })
    return this.stored(step.output)
  }

  private barrier({ inputs: [first = -1, second = -1] }: Step): Source {
    const source = this.source(first)
    const later = valuesOf(this.source(second)).flatMap(({ value, after }) => [value, ...after])
    const after = later.filter((value) => value >= this.plan.inputCount)
    return delayed(source, after)
  }

  /** Puts the pieces of a value into their places, but for those that were computed there. */
  private assembled(output: ValueId, i: number): Source {
    for (const { id, start } of this.assemblies.pieces.get(output) ?? []) {
      const source = this.source(id)
      if (source.kind === 'value' && source.value === output) continue
      this.put(source, this.count(id), pieceView(this.plan, output, id, start), output, i)
    }
    return this.stored(output)
  }

  private pad(step: Step, i: number): Source {
    const { low, interior, value } = step.attrs as {
      readonly low: readonly number[]
      readonly interior: readonly number[]
      readonly value: number
    }
    const [input = -1] = step.inputs
    const [from, to] = [this.spec(input), this.spec(step.output)]
    const source = this.source(input)
    const fill: Source = { kind: 'constant', dtype: to.dtype, value }
    if (sizeOf(from.shape) === 0 || (source.kind === 'constant' && Object.is(source.value, value)))
      return fill
    const movement = movementOf(step, from.shape, to.shape)
    if (movement !== null) {
      const direct =
        (source.kind === 'value' ? moved(source, movement) : null) ?? this.move(input, movement, i)
      // A matrix product reads no padding: better one copy that is seen from all sides than one for each.
      return this.feedsMatmul(step.output) ? this.copy(direct, sizeOf(to.shape), i) : direct
    }
    const count = sizeOf(to.shape)
    this.put(fill, count, contiguous(count), step.output, i)
    const gaps = interior.map((n) => n + 1)
    const view = sliced(contiguous(count), to.shape, low, gaps, from.shape)
    this.put(source, sizeOf(from.shape), view, step.output, i, [step.output])
    return this.stored(step.output)
  }

  /** Whether a matrix product reads a value, as it is or moved. */
  private feedsMatmul(id: ValueId): boolean {
    return (this.readers.get(id) ?? []).some(
      ({ primitive, output }) =>
        primitive.name === 'matmul' ||
        ((primitive.name === 'permute' || primitive.name === 'reshape') && this.feedsMatmul(output)),
    )
  }

  private contraction(step: Step, i: number): Source {
    const { inputs, output, primitive } = step
    const [left = -1, right = -1] = inputs
    const { dtype } = this.spec(output)
    if (this.count(left) === 0 || this.count(right) === 0) return { kind: 'constant', dtype, value: 0 }
    const plain = this.whole(output)
    const layout = layoutFor(output, this.plan, this.users, this.assemblies)
    const wholes = [left, right].map((id) => (): ValueSource => this.inMemory(id, i))
    const [memoryA, memoryB] = wholes
    const readable = (id: ValueId): ValueSource => {
      const source = this.source(id)
      return source.kind === 'value' ? source : this.inMemory(id, i)
    }
    const [a, b] = [readable(left), readable(right)]
    const targets = layout === null ? [plain] : [layout, plain]
    const build = (x: ValueSource, y: ValueSource): boolean => {
      for (const target of targets) {
        const kernel =
          primitive.name === 'matmul' ? this.matmul(step, x, y, target) : this.conv(step, x, y, target)
        if (kernel === null) continue
        this.work.push({ kind: 'kernel', step: i, target, after: [...x.after, ...y.after], kernel })
        this.sources[output] = { kind: 'value', value: target.value, view: target.view, after: [] }
        return true
      }
      return false
    }
    const done =
      build(a, b) ||
      (memoryA !== undefined && !this.isWhole(a) && build(memoryA(), b)) ||
      (memoryB !== undefined && !this.isWhole(b) && build(a, memoryB())) ||
      build(this.inMemory(left, i), this.inMemory(right, i))
    if (!done) throw new Error(`samkit: step ${i} has no kernel; please report this`)
    return this.source(output)
  }

  private matmul(step: Step, a: ValueSource, b: ValueSource, out: Operand): MatmulKernel | null {
    const [left = -1, right = -1] = step.inputs
    const [aShape, bShape] = [this.spec(left).shape, this.spec(right).shape]
    return matmulKernel({ dtype: this.spec(step.output).dtype, aShape, bShape, a, b, out })
  }

  private conv(step: Step, x: ValueSource, w: ValueSource, out: Operand): ConvKernel | null {
    const [left = -1, right = -1] = step.inputs
    const { dtype, shape: outShape } = this.spec(step.output)
    const [xShape, wShape] = [this.spec(left).shape, this.spec(right).shape]
    const attrs = step.attrs as Conv['attrs']
    return convKernel({ dtype, xShape, wShape, outShape, attrs, x, w, out })
  }

  private primitive({ primitive, attrs, inputs, output }: Step, i: number): Source {
    const sources = inputs.map((id) => this.inMemory(id, i))
    const place = (id: ValueId, buffer: number): TensorSpec & { readonly buffer: number } => {
      const { shape, dtype } = this.spec(id)
      return { shape, dtype, buffer }
    }
    this.work.push({
      kind: 'kernel',
      step: i,
      target: this.whole(output),
      after: sources.flatMap(({ after }) => after),
      kernel: {
        kind: 'primitive',
        primitive,
        attrs,
        inputs: inputs.map((id, k) => place(id, sources[k]?.value ?? -1)),
        output: place(output, output),
      },
    })
    return this.stored(output)
  }
}

/** The work that outputs depend on: copies made in vain are left out. */
function withoutDead(work: readonly Work[], outputs: readonly number[]): Work[] {
  const used = new Set(outputs)
  const alive: Work[] = []
  for (const one of [...work].reverse()) {
    if (!used.has(one.target.value)) continue
    for (const value of needsOf(one)) used.add(value)
    alive.push(one)
  }
  return alive.reverse()
}
