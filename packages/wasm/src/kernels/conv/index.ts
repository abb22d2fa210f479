import type { ConvKernel } from '@samkit/core/compiler'
import { lanesOf } from '../gemm/lanes.ts'
import type { Generate } from '../generator.ts'
import { generateCollect } from './collect.ts'
import { generateDirect } from './direct.ts'
import { simplify } from './simplify.ts'
import { product } from './window.ts'
import { generateWinograd, suitsWinograd } from './winograd.ts'
import { generateWinogradKernel } from './winograd-kernel.ts'
import { suitsWinogradKernel } from './winograd-kernel-plan.ts'

/** Convolutions, which their gradients are too. */
export const generateConv: Generate<ConvKernel> = (kernel, features) => {
  const simple = simplify(kernel)
  const [taps, outputs] = [
    product(simple.axes.map((a) => a.kernel)),
    product(simple.axes.map((a) => a.output)),
  ]
  const lanes = lanesOf('f32', features)
  if (suitsWinogradKernel(simple, lanes)) return generateWinogradKernel(simple, features)
  if (simple.c > 0 && taps > outputs) return generateCollect(simple, features)
  if (suitsWinograd(simple, lanes)) return generateWinograd(simple, features)
  return generateDirect(simple, features)
}
