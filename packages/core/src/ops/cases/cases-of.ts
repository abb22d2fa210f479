import type { Primitive } from '../../graph/tensor.ts'
import { contractionCases } from './contraction-cases.ts'
import { elementwiseCases, otherElementwiseCases } from './elementwise-cases.ts'
import { indexingCases } from './indexing-cases.ts'
import { leafCases } from './leaf-cases.ts'
import { movementCases } from './movement-cases.ts'
import type { Cases } from './op-case.ts'
import { randomCases } from './random-cases.ts'
import { reductionCases } from './reduction-cases.ts'

/** The cases of primitives that cannot be worked out from their family, by name. */
const table: Readonly<Record<string, Cases>> = {
  ...leafCases,
  ...otherElementwiseCases,
  ...movementCases,
  ...reductionCases,
  ...indexingCases,
  ...contractionCases,
  random: randomCases,
}

const made = new Map<string, Cases>()

/**
 * Uses of `primitive` over its whole attribute space, to be drawn with fast-check.
 *
 * @throws Error naming the folder to write them in, for a primitive that has none.
 */
export function casesOf(primitive: Primitive): Cases {
  const { name, family } = primitive
  const elementwise = family === 'unary' || family === 'binary'
  const found = made.get(name) ?? table[name] ?? (elementwise ? elementwiseCases(primitive) : undefined)
  if (found === undefined) {
    throw new Error(
      `nothing is known of how "${name}" (${family}) is used: add its cases in packages/core/src/ops/cases`,
    )
  }
  made.set(name, found)
  return found
}
