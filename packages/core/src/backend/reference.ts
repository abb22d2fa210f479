import type { HostArray, TypedArray } from '../graph/dtype.ts'
import type { DeviceBuffer } from '../graph/storage.ts'
import type { Backend } from './backend.ts'
import { interpreterBackend } from './interpreter.ts'

interface HostBuffer extends DeviceBuffer {
  readonly data: TypedArray
}

const hold = (data: TypedArray): HostBuffer => ({ data, dispose: () => {} })

/**
 * The reference backend: every primitive's own kernel, in plain loops that compute in f64 and round when they store.
 * Slow, synchronous, and the definition of right.
 */
export const referenceBackend: Backend = interpreterBackend<HostBuffer>({
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
