import type { Check } from './check.ts'
import type { Settings } from './options.ts'
import { primitiveChecks } from './sections/primitives.ts'

/** The checks that the settings ask for, in order. */
export function checksFor({ sections, primitives }: Settings): Check[] {
  const all = [...primitiveChecks()]
  return all.filter(({ section, primitive }) => {
    return sections.has(section) && (primitive === undefined || (primitives?.has(primitive) ?? true))
  })
}
