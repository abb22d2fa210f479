import { type Primitive, primitives } from '@samkit/core'
import type { PrimitiveKernel } from '@samkit/core/compiler'
import type { Generate } from '../generator.ts'
import { generateArgExtremum } from './arg-extremum.ts'
import { generateArgsort } from './argsort.ts'
import { generateCumsum } from './cumsum.ts'
import { generateFold } from './fold.ts'
import { generateGather } from './gather.ts'
import { generateRandom } from './random.ts'
import { generateScatterAdd } from './scatter-add.ts'

const byName: Readonly<Record<string, Generate<PrimitiveKernel>>> = {
  argmax: generateArgExtremum,
  argmin: generateArgExtremum,
  argsort: generateArgsort,
  cumsum: generateCumsum,
  fold: generateFold,
  gather: generateGather,
  random: generateRandom,
  scatterAdd: generateScatterAdd,
}

// By the primitive itself: one that a user defines may have a name that is taken.
const generators = new Map(
  primitives.flatMap((primitive) => {
    const generate = byName[primitive.name]
    return generate === undefined ? [] : [[primitive, generate] as const]
  }),
)

/** Whether there is a kernel for a primitive; the others have to run on the host, by their `reference`. */
export function supportsPrimitive(primitive: Primitive): boolean {
  return generators.has(primitive)
}

/**
 * Kernels of primitives that are no loop over elements.
 *
 * @throws Error for primitives without one, which `supportsPrimitive` tells.
 */
export const generatePrimitive: Generate<PrimitiveKernel> = (kernel, features) => {
  const generate = generators.get(kernel.primitive)
  if (generate === undefined) {
    throw new Error(`the wasm backend has no kernel for the primitive "${kernel.primitive.name}"`)
  }
  return generate(kernel, features)
}
