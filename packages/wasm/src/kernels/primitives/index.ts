import { primitives } from '@samkit/core'
import type { PrimitiveKernel } from '@samkit/core/compiler'
import type { Features, Generate, Generated } from '../generator.ts'
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

/** Kernels of primitives that are no loop over elements; null for those that have to run on the host. */
export function generatePrimitive(kernel: PrimitiveKernel, features: Features): Generated | null {
  return generators.get(kernel.primitive)?.(kernel, features) ?? null
}
