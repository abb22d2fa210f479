import type { Check } from './check.ts'
import type { Settings } from './options.ts'
import { claimChecks } from './sections/claims.ts'
import { determinismChecks } from './sections/determinism.ts'
import { disposalChecks } from './sections/disposal.ts'
import { graphChecks } from './sections/graphs.ts'
import { memoryChecks } from './sections/memory.ts'
import { primitiveChecks } from './sections/primitives.ts'
import { sizeChecks } from './sections/sizes.ts'
import { specialValueChecks } from './sections/special-values.ts'
import { trainingChecks } from './sections/training.ts'
import { viewChecks } from './sections/views.ts'

/** The checks that the settings ask for, in order. */
export function checksFor({ sections, primitives, quick }: Settings): Check[] {
  const all = [
    ...claimChecks(),
    ...primitiveChecks(),
    ...specialValueChecks(),
    ...sizeChecks(quick),
    ...viewChecks(),
    ...graphChecks(),
    ...trainingChecks(quick),
    ...determinismChecks(),
    ...memoryChecks(),
    ...disposalChecks(),
  ]
  return all.filter(({ section, primitive }) => {
    return sections.has(section) && (primitive === undefined || (primitives?.has(primitive) ?? true))
  })
}
