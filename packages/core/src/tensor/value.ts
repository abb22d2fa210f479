import type { Backend } from '../backend/backend.ts'
import { hostValue, hostValueSync, realizeNodes, realizeNodesSync } from '../compiler/realize.ts'
import type { DType, Shape, TypedArray } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { leaf } from '../graph/leaf.ts'
import { formatShape, formatSpec } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { checkTensor } from '../ops/check.ts'
import { stopGradient } from '../ops/flow.ts'
import type { NestedArray } from './create.ts'
import { formatValues } from './format.ts'

/** Where a value is computed, for one call. */
export interface ReadOptions {
  /** Default: the backend that `setBackend` chose. */
  readonly backend?: Backend
}

/** The elements in row-major order, computed if need be, in an array that is the caller's. */
export async function data(t: Tensor, { backend }: ReadOptions = {}): Promise<TypedArray> {
  return (await hostValue(t.node, backend)).slice()
}

/**
 * The elements in row-major order, at once.
 *
 * @throws Error on a backend that only answers asynchronously.
 */
export function dataSync(t: Tensor, { backend }: ReadOptions = {}): TypedArray {
  return hostValueSync(t.node, backend).slice()
}

/** The elements as nested arrays (a plain number for a scalar); booleans as `true` and `false`. */
export async function array(t: Tensor, { backend }: ReadOptions = {}): Promise<NestedArray> {
  return nest(await hostValue(t.node, backend), t.shape, t.dtype)
}

function nest(values: TypedArray, shape: Shape, dtype: DType): NestedArray {
  let at = 0
  const build = (axis: number): NestedArray => {
    if (axis < shape.length) return Array.from({ length: shape[axis] ?? 0 }, () => build(axis + 1))
    const value = values[at++] ?? 0
    return dtype === 'bool' ? value !== 0 : value
  }
  return build(0)
}

/**
 * The one element of a tensor that has one.
 *
 * @throws OpError when it has another number of elements.
 */
export async function item(t: Tensor, { backend }: ReadOptions = {}): Promise<number> {
  return single(await hostValue(checkItem(t).node, backend))
}

/** The one element of a tensor that has one, at once; see {@link dataSync}. */
export function itemSync(t: Tensor, { backend }: ReadOptions = {}): number {
  return single(hostValueSync(checkItem(t).node, backend))
}

function checkItem(t: Tensor): Tensor {
  if (t.size !== 1) {
    throw new OpError(
      'item',
      `needs a tensor of one element, got ${formatShape(t.shape)}; use data() or array()`,
    )
  }
  return t
}

function single(values: TypedArray): number {
  return values[0] ?? Number.NaN
}

/** Computes several tensors in one plan, so that what they share is computed once. */
export async function realize(...tensors: readonly Tensor[]): Promise<void> {
  checkTensor('realize', ...tensors)
  await realizeNodes(tensors.map((t) => t.node))
}

/** The same at once, on a synchronous backend. */
export function realizeSync(...tensors: readonly Tensor[]): void {
  checkTensor('realizeSync', ...tensors)
  realizeNodesSync(tensors.map((t) => t.node))
}

/** Computes the tensor and writes it to the console: shape, dtype and values, long axes shortened. */
export async function print(t: Tensor): Promise<void> {
  console.log(formatValues(await hostValue(t.node), t.shape, t.dtype))
}

/**
 * The value without its history: no gradient passes, and once the value has been computed, the graph behind it is let
 * go. What is carried from one training step to the next should be realized and detached.
 */
export function detach(t: Tensor): Tensor {
  const { storage } = t.node
  if (t.node.disposed) throw new OpError('detach', `this ${formatSpec(t)} was disposed; its value is gone`)
  return storage === null ? stopGradient(t) : leaf(storage.share())
}

/**
 * Gives the value's memory back now rather than when it is collected. Ordinary code never needs it. Using the tensor
 * afterwards is an error; tensors computed from it before stay right.
 */
export function dispose(t: Tensor): void {
  const { node } = t
  if (node.storage === null || node.disposed) return
  node.disposed = true
  node.storage.release()
}
