import type { ConvKernel } from '@samkit/core/compiler'
import type { Generate } from '../generator.ts'
import { generateGeneric } from './generic.ts'

/** Convolutions, which their gradients are too. */
export const generateConv: Generate<ConvKernel> = (kernel, features) => generateGeneric(kernel, features)
