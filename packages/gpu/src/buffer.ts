import type { DeviceBuffer, TypedArray } from '@samkit/core'

/** A value between plans: it lies on the host, in its own dtype. */
export interface HostBuffer extends DeviceBuffer {
  readonly data: TypedArray
}
