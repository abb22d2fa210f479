import { Node, type Primitive, Tensor } from '../graph/tensor.ts'
import { checkTensor } from './check.ts'

/** What stands where a tensor is expected: a tensor, or a number or boolean, which takes the other operand's dtype. */
export type TensorLike = Tensor | number | boolean

/** An operation: a function users call, carrying its entry of the primitive table. */
export type Op<Args extends readonly unknown[]> = ((...args: Args) => Tensor) & {
  readonly primitive: Primitive
}

/** An operation of any arguments. */
export type AnyOp = ((...args: never[]) => Tensor) & { readonly primitive: Primitive }

/**
 * Makes a primitive and the function users call. `face` turns what people write (scalars, negative axes,
 * options) into the primitive's inputs and attributes.
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineOp<I extends readonly Tensor[], A extends object, Args extends readonly unknown[]>(
  primitive: Primitive<I, A>,
  face: (apply: (inputs: I, attrs: A) => Tensor) => (...args: Args) => Tensor,
): Op<Args> {
  return Object.assign(
    face((inputs, attrs) => applyPrimitive(primitive, inputs, attrs)),
    { primitive },
  )
}

/** Adds a node to the graph: checks the inputs by the primitive's shape rule, and runs nothing. */
export function applyPrimitive<I extends readonly Tensor[], A extends object>(
  primitive: Primitive<I, A>,
  inputs: I,
  attrs: A,
): Tensor {
  for (const input of inputs) if (!(input instanceof Tensor)) checkTensor(primitive.name, input)
  const spec = primitive.infer(inputs, attrs)
  const nodes = inputs.map(nodeOf)
  return new Tensor(new Node(primitive, nodes, attrs, spec))
}

function nodeOf({ node }: Tensor): Node {
  return node
}

/** The attributes of primitives that have none. */
export const noAttrs: object = Object.freeze({})
