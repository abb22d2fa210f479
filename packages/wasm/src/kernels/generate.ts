import type { Kernel } from '@samkit/core/compiler'
import { generateConv } from './conv/index.ts'
import { generateFused } from './fused/index.ts'
import type { Features, Generated } from './generator.ts'
import { generateMatmul } from './matmul/index.ts'
import { generatePrimitive } from './primitives/index.ts'

/** Makes a kernel of any kind ready; null for a primitive that there is no kernel for. */
export function generateKernel(kernel: Kernel, features: Features): Generated | null {
  switch (kernel.kind) {
    case 'fused':
      return generateFused(kernel, features)
    case 'matmul':
      return generateMatmul(kernel, features)
    case 'conv':
      return generateConv(kernel, features)
    case 'primitive':
      return generatePrimitive(kernel, features)
  }
}
