import {
  defineOp,
  grad,
  type HostArray,
  type Op,
  type Primitive,
  primitives,
  sum,
  type Tensor,
} from '@samkit/core'
import { leafOf } from '@samkit/core/testing'

/** One primitive of a program. */
export interface ProgramStep {
  readonly primitive: string
  readonly attrs: object
  /** Which values it reads: first the leaves are counted, then the steps. */
  readonly inputs: readonly number[]
}

/** What a program begins with. */
export interface Leaf extends HostArray {
  /** Code that makes it, where that is shorter than its elements. */
  readonly code?: string | undefined
}

/** A program as plain data: what is drawn, run on backends, made smaller, and printed. */
export interface Program {
  readonly leaves: readonly Leaf[]
  readonly steps: readonly ProgramStep[]
  /** The values that it gives. */
  readonly outputs: readonly number[]
  /** Where given, it gives the gradients of the sum of its outputs in their place. */
  readonly gradient?: Gradient
}

/** Which gradients a program gives. */
export interface Gradient {
  /** With respect to these leaves. */
  readonly wrt: readonly number[]
  /** 2 for the gradients of the sum of the gradients. */
  readonly order: 1 | 2
}

type Apply = Op<[inputs: readonly Tensor[], attrs: object]>

const ops = new Map<string, Apply>(
  primitives.map((primitive) => [
    primitive.name,
    defineOp(primitive, (apply) => (inputs: readonly Tensor[], attrs: object) => apply(inputs, attrs)),
  ]),
)

/**
 * The primitive of a name.
 *
 * @throws Error where there is none.
 */
export function primitiveNamed(name: string): Primitive {
  return opNamed(name).primitive
}

/** The primitive of a name as a function of tensors and attributes. */
export function opNamed(name: string): Apply {
  const op = ops.get(name)
  if (op === undefined) throw new Error(`there is no primitive "${name}"`)
  return op
}

/** The value of a number among others, or an error that says that the program is broken. */
export function valueAt<T>(values: readonly T[], id: number): T {
  const value = values[id]
  if (value === undefined) throw new Error(`the program reads value ${id}, of ${values.length}`)
  return value
}

/** All values of a program's steps, from tensors for its leaves. */
function valuesFrom({ steps }: Program, leaves: readonly Tensor[]): Tensor[] {
  const values = [...leaves]
  for (const { primitive, attrs, inputs } of steps) {
    values.push(
      opNamed(primitive)(
        inputs.map((id) => valueAt(values, id)),
        attrs,
      ),
    )
  }
  return values
}

/**
 * The tensors that a program gives: nothing has run yet.
 *
 * @throws OpError where the inputs of a step do not fit.
 */
export function tensorsOf(program: Program): Tensor[] {
  const leaves = program.leaves.map(leafOf)
  const outputsFrom = (from: readonly Tensor[]): Tensor[] => {
    const values = valuesFrom(program, from)
    return program.outputs.map((id) => valueAt(values, id))
  }
  const { gradient } = program
  if (gradient === undefined) return outputsFrom(leaves)
  const loss = (wrt: readonly Tensor[]): Tensor => {
    const places = new Map(gradient.wrt.map((id, i) => [id, valueAt(wrt, i)]))
    return total(outputsFrom(leaves.map((leaf, id) => places.get(id) ?? leaf)))
  }
  const first = grad(loss)
  const slopes = gradient.order === 1 ? first : grad((wrt: readonly Tensor[]) => total(first(wrt)))
  return [...slopes(gradient.wrt.map((id) => valueAt(leaves, id)))]
}

function total(tensors: readonly Tensor[]): Tensor {
  return tensors.map((t) => sum(t)).reduce((a, b) => a.add(b))
}

/** A program of one primitive. */
export function single(primitive: Primitive, inputs: readonly HostArray[], attrs: object): Program {
  const ids = inputs.map((_, id) => id)
  return {
    leaves: inputs,
    steps: [{ primitive: primitive.name, attrs, inputs: ids }],
    outputs: [inputs.length],
  }
}
