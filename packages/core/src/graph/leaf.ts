import { type DType, dtypeOf, type Shape, type TypedArray } from './dtype.ts'
import { OpError } from './errors.ts'
import { kindOf } from './kind-of.ts'
import { checkShape, formatShape, sizeOf } from './shape.ts'
import { Storage } from './storage.ts'
import { Node, type Primitive, Tensor } from './tensor.ts'

function notApplied(): never {
  throw new OpError('input', 'a leaf holds data; it is made by tensor() and has no inputs, rule or kernel')
}

/** The primitive of leaves that hold data. Nothing runs for it: a plan takes its value as an input. */
const inputPrimitive: Primitive<readonly [], object> = {
  name: 'input',
  family: 'leaf',
  infer: notApplied,
  vjp: notApplied,
  jvp: notApplied,
  reference: notApplied,
}

const arrays = [Float32Array, Float64Array, Int32Array, Uint8Array]

/** A leaf over a storage that exists already. */
export function leaf(storage: Storage): Tensor {
  return new Tensor(new Node(inputPrimitive, [], {}, storage.spec, storage))
}

/**
 * A leaf over `data`, which samkit owns from here on: the caller must not write to it any more.
 * `tensor()` copies; this does not.
 *
 * @throws OpError when `data` is another kind of array, has another length than `shape` asks for, or does not store `dtype`.
 */
export function fromOwned(data: TypedArray, shape: Shape, dtype: DType = dtypeOf(data)): Tensor {
  const own = checkShape('tensor', [...shape])
  if (!arrays.some((kind) => data instanceof kind)) {
    const names = arrays.map(({ name }) => name).join(', ')
    throw new OpError('tensor', `the data must be one of ${names}, got ${kindOf(data)}`)
  }
  if (data.length !== sizeOf(own)) {
    throw new OpError(
      'tensor',
      `${data.length} values do not fill shape ${formatShape(shape)}, which holds ${sizeOf(shape)}`,
    )
  }
  if (dtypeOf(data) !== dtype) throw new OpError('tensor', `${data.constructor.name} does not store ${dtype}`)
  return leaf(new Storage({ shape: own, dtype }, data))
}
