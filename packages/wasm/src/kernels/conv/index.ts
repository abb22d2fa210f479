import type { ConvKernel } from '@samkit/core/compiler'
import type { Generate } from '../generator.ts'
import { generateDirect } from './direct.ts'
import { generateGeneric } from './generic.ts'
import { simplify } from './simplify.ts'

/** So many kernel elements are written out one after another. */
const mostTaps = 64

/** Convolutions, which their gradients are too. */
export const generateConv: Generate<ConvKernel> = (kernel, features) => {
  const simple = simplify(kernel)
  const taps = simple.axes.reduce((count, axis) => count * axis.kernel, 1)
  return taps > mostTaps ? generateGeneric(simple, features) : generateDirect(simple, features)
}
