import type { HostArray, TypedArray } from '../graph/dtype.ts'
import type { DeviceBuffer } from '../graph/storage.ts'
import type { Backend } from './backend.ts'
import { interpreterBackend } from './interpreter.ts'

interface HostBuffer extends DeviceBuffer {
  readonly data: TypedArray
}

let buffers = 0
let bytes = 0

/** A buffer over `data`, counted until it is disposed. */
function hold(data: TypedArray): HostBuffer {
  let held = true
  buffers += 1
  bytes += data.byteLength
  return {
    data,
    dispose: () => {
      if (!held) return
      held = false
      buffers -= 1
      bytes -= data.byteLength
    },
  }
}

const interpreter = interpreterBackend<HostBuffer>({
  name: 'reference',
  upload: hold,
  download: ({ data }) => data,
  kernel: (primitive) => (inputs, attrs, output) => {
    const arrays: HostArray[] = inputs.map(({ buffer, shape, dtype }) => ({
      shape,
      dtype,
      data: buffer.data,
    }))
    return hold(primitive.reference(arrays, attrs, output))
  },
})

/**
 * The reference backend: every primitive's own kernel, in plain loops that compute in f64 and round when they store.
 * Slow, synchronous, and the definition of right.
 */
export const referenceBackend: Backend = { ...interpreter, memory: () => ({ buffers, bytes }) }
