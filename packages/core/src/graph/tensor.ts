import type { DType, HostArray, Shape, TensorSpec, TypedArray } from './dtype.ts'
import type { Storage } from './storage.ts'

/** What a rule may hand back for an input that no gradient reaches (integers, booleans, indices). */
export type MaybeTensor = Tensor | null

/**
 * What kind of operation a primitive is: what can be known about it without knowing it. `unary`, `binary` and `ternary`
 * are elementwise (operands broadcast, nothing but the elements at one place decides the result there); `movement`
 * puts elements elsewhere and adds at most; `flow` computes nothing.
 */
export type Family =
  | 'leaf'
  | 'unary'
  | 'binary'
  | 'ternary'
  | 'movement'
  | 'reduction'
  | 'scan'
  | 'indexing'
  | 'contraction'
  | 'flow'

/**
 * One entry of the primitive table: everything samkit knows about an operation.
 *
 * `I` is the tuple of its inputs, `A` its attributes: plain data (numbers, strings, booleans, arrays of them)
 * that is part of the graph's structure.
 */
export interface Primitive<I extends readonly Tensor[] = readonly Tensor[], A extends object = object> {
  readonly name: string
  readonly family: Family
  /** The result's shape and dtype. Throws an OpError when the inputs do not fit; nothing has run by then. */
  infer(inputs: I, attrs: A): TensorSpec
  /**
   * Reverse mode: from the cotangent of the output, the cotangent of each input, as graph expressions. `wanted` says which
   * of them somebody will look at (default: all): for the others a rule may save itself the work and give null.
   */
  vjp(
    ct: Tensor,
    inputs: I,
    attrs: A,
    output: Tensor,
    wanted?: { readonly [K in keyof I]: boolean },
  ): { readonly [K in keyof I]: MaybeTensor }
  /**
   * Forward mode: the tangent of the output, from one tangent per input (null where an input has none),
   * as a graph expression. Called with at least one tangent.
   */
  jvp(tangents: { readonly [K in keyof I]: MaybeTensor }, inputs: I, attrs: A, output: Tensor): Tensor
  /** The definition of right: plain loops in f64, rounded once when stored. Returns row-major data. */
  reference(inputs: { readonly [K in keyof I]: HostArray }, attrs: A, output: TensorSpec): TypedArray
}

const none: readonly Node[] = []

/** A node of the immutable graph: a primitive applied to nodes, or a leaf that holds data. */
export class Node implements TensorSpec {
  /** Counts up: a node is younger than everything it is made of. */
  readonly id: number
  readonly primitive: Primitive
  inputs: readonly Node[]
  readonly attrs: object
  readonly shape: Shape
  readonly dtype: DType
  /** The longest path down to a leaf. */
  depth: number
  /** The value, once computed or given. */
  storage: Storage | null
  /** Whether its value was given back with `dispose()`. */
  disposed = false
  /** The tensor that collects `.grad`, for leaves made with `requiresGrad`. */
  variable: Tensor | null = null
  /** Nodes that are computed whenever this one is read, because they share most of its work: gradients of one loss. */
  together: readonly Node[] = none
  /** The number of the walk through the graph that was here last. */
  walk = 0
  /** Where it stands in the schedule that was made last: written when a schedule's key is made, and read only then. */
  place = 0
  /** Where the user made this node, when call sites are tracked. */
  readonly site: Error | null

  constructor(
    primitive: Primitive,
    inputs: readonly Node[],
    attrs: object,
    spec: TensorSpec,
    storage: Storage | null = null,
  ) {
    this.id = nextId++
    this.primitive = primitive
    this.inputs = inputs
    this.attrs = attrs
    this.shape = spec.shape
    this.dtype = spec.dtype
    this.storage = storage
    let depth = 0
    for (const input of inputs) if (input.depth >= depth) depth = input.depth + 1
    this.depth = depth
    this.site = tracking ? callSite(primitive.name) : null
    if (depth === depthLimit) warnDeep(primitive.name)
  }

  /** Keeps the value and forgets what it was made of. Right only where no gradient passes. */
  becomeLeaf(storage: Storage): void {
    this.storage = storage
    this.inputs = []
    this.depth = 0
  }
}

let nextId = 0
let tracking = false

/** The id that the next node will get: nodes made from now on have at least this one. */
export function upcomingNodeId(): number {
  return nextId
}

/**
 * Remembers, for every tensor made from now on, the line that made it, so that errors at run time (an index out
 * of range, a full memory) can name it. Off by default: it costs some microseconds a node.
 */
export function trackCallSites(on: boolean): void {
  tracking = on
}

function callSite(op: string): Error {
  const { stackTraceLimit } = Error
  // More calls than engines keep by default: functions are made of functions.
  Error.stackTraceLimit = 50
  const site = new Error(`${op} was called here`)
  Error.stackTraceLimit = stackTraceLimit
  return site
}

const depthLimit = 200_000

function warnDeep(op: string): void {
  console.warn(
    `samkit: the graph behind this ${op} is ${depthLimit} operations deep. If a value is carried from step to ` +
      'step (weights, running statistics), call `await realize(t)` and continue with `t.detach()`, ' +
      'or let `trainer` do it.',
  )
}

/**
 * A multi-dimensional array that knows how it is computed: a lazy handle on a node of an immutable graph.
 * Making tensors is synchronous and runs nothing; reading one (`await t.data()`) computes it.
 */
export class Tensor implements TensorSpec {
  /** The graph node this tensor stands for. */
  readonly node: Node
  /** The gradient that `backward()` collected here, or null. Only on tensors made with `requiresGrad`. */
  grad: Tensor | null = null

  constructor(node: Node) {
    this.node = node
  }

  /** Sizes of the axes, outermost first. */
  get shape(): Shape {
    return this.node.shape
  }

  /** Element type. */
  get dtype(): DType {
    return this.node.dtype
  }

  /** Number of axes. */
  get rank(): number {
    return this.node.shape.length
  }

  /** Number of elements. */
  get size(): number {
    let size = 1
    for (const n of this.node.shape) size *= n
    return size
  }

  /** Whether `backward()` collects a gradient here. */
  get requiresGrad(): boolean {
    return this.node.variable !== null
  }
}
