import { OpError } from '@samkit/core'
import { mostElements } from './kernels/device-kernel.ts'

/** The error for a tensor of more elements than gpu.js can count. */
export function tooLarge(count: number): OpError {
  return new OpError(
    'gpu',
    `a tensor of ${count} elements is more than gpu.js can count in f32: at most ${mostElements} (2^24); ` +
      'split it, or compute this on the wasm backend',
  )
}
