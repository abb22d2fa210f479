import { createHash } from 'node:crypto'
import type { HostArray } from '@samkit/core'

/** A digest of each array's shape and bits: equal where the arrays are, and short where they are not. */
export function digests(arrays: Iterable<readonly [string, HostArray]>): Record<string, string> {
  const digest = ({ dtype, shape, data }: HostArray): string => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    return `${dtype} [${shape}] ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`
  }
  return Object.fromEntries([...arrays].map(([path, array]) => [path, digest(array)]))
}
