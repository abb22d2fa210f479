/// <reference lib="esnext.disposable" preserve="true" />
import type { DType, TypedArray } from '../../graph/dtype.ts'
import { OpError } from '../../graph/errors.ts'
import { Tensor } from '../../graph/tensor.ts'
import { describe } from '../../inspect/describe.ts'
import { cast } from '../../ops/cast.ts'
import { stopGradient } from '../../ops/flow.ts'
import type { NestedArray } from '../create.ts'
import {
  array,
  data,
  dataSync,
  detach,
  dispose,
  item,
  itemSync,
  print,
  type ReadOptions,
  realize,
} from '../value.ts'
import { install } from './install.ts'

/** Reading a tensor, and what becomes of its value and its history. */
export interface ValueMethods {
  /** The elements in row-major order, computed if need be, in an array that is the caller's. */
  data(options?: ReadOptions): Promise<TypedArray>
  /** The same at once; an error on a backend that only answers asynchronously. */
  dataSync(options?: ReadOptions): TypedArray
  /** The elements as nested arrays (a plain number for a scalar); booleans as `true` and `false`. */
  array(options?: ReadOptions): Promise<NestedArray>
  /** The one element of a tensor that has one. */
  item(options?: ReadOptions): Promise<number>
  /** The same at once; an error on a backend that only answers asynchronously. */
  itemSync(options?: ReadOptions): number
  /** Computes the tensor and writes it to the console, long axes shortened. */
  print(): Promise<void>
  /** Computes the tensor and keeps its value; gives the tensor itself. */
  realize(): Promise<Tensor>
  /** As another dtype: to `i32` truncated and saturated, to `bool` true unless 0. */
  cast(dtype: DType): Tensor
  /** The value without its history: no gradient passes, and once computed, the graph behind it is let go. */
  detach(): Tensor
  /** The value as a constant: no gradient passes. */
  stopGradient(): Tensor
  /** Gives the value's memory back now rather than when it is collected. Ordinary code never needs it. */
  dispose(): void
  /** {@link ValueMethods.dispose}, at the end of the block that declared it with `using`. */
  [Symbol.dispose](): void
  /** Dtype, shape and how the value comes about, in one line. Runs nothing. */
  toString(): string
}

declare module '../../graph/tensor.ts' {
  interface Tensor extends ValueMethods {}
}

install<Omit<ValueMethods, typeof Symbol.dispose>>({
  data(options) {
    return data(this, options)
  },
  dataSync(options) {
    return dataSync(this, options)
  },
  array(options) {
    return array(this, options)
  },
  item(options) {
    return item(this, options)
  },
  itemSync(options) {
    return itemSync(this, options)
  },
  print() {
    return print(this)
  },
  async realize() {
    await realize(this)
    return this
  },
  cast(dtype) {
    return cast(this, dtype)
  },
  detach() {
    return detach(this)
  },
  stopGradient() {
    return stopGradient(this)
  },
  dispose() {
    dispose(this)
  },
  toString() {
    return describe(this)
  },
})

const hidden = (value: unknown): PropertyDescriptor => ({ value, configurable: true, writable: true })

function text(this: Tensor): string {
  return describe(this)
}

function disposeNow(this: Tensor): void {
  dispose(this)
}

function primitiveValue(this: Tensor, hint: string): string {
  if (hint !== 'number') return describe(this)
  throw new OpError(
    'tensor',
    `${describe(this)} stands where a number is expected; calculate with .add(), .mul() and the like, or read it with await .item()`,
  )
}

// What `console.log` prints in Node.
Object.defineProperty(Tensor.prototype, Symbol.for('nodejs.util.inspect.custom'), hidden(text))
// `a * b` on tensors would be NaN without a word.
Object.defineProperty(Tensor.prototype, Symbol.toPrimitive, hidden(primitiveValue))
// Not every browser has `using` yet.
if ('dispose' in Symbol) Object.defineProperty(Tensor.prototype, Symbol.dispose, hidden(disposeNow))
