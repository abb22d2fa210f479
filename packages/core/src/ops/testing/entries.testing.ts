import type { Primitive } from '../../graph/tensor.ts'
import { contractionEntries } from './contraction-entries.testing.ts'
import { elementwiseEntries, elementwiseEntry } from './elementwise-entries.testing.ts'
import { indexingEntries } from './indexing-entries.testing.ts'
import { leafEntries } from './leaf-entries.testing.ts'
import { movementEntries } from './movement-entries.testing.ts'
import type { OpEntry } from './op-case.testing.ts'
import { randomEntry } from './random-entry.testing.ts'
import { reductionEntries } from './reduction-entries.testing.ts'

/** The entries of primitives whose cases cannot be worked out from their family, by name. */
export const entries: Readonly<Record<string, OpEntry>> = {
  ...leafEntries,
  ...elementwiseEntries,
  ...movementEntries,
  ...reductionEntries,
  ...indexingEntries,
  ...contractionEntries,
  random: randomEntry,
}

const files: Readonly<Record<Primitive['family'], string>> = {
  leaf: 'leaf-entries',
  unary: 'formulas',
  binary: 'formulas',
  ternary: 'elementwise-entries',
  movement: 'movement-entries',
  reduction: 'reduction-entries',
  scan: 'reduction-entries',
  indexing: 'indexing-entries',
  contraction: 'contraction-entries',
  flow: 'leaf-entries',
}

const made = new Map<string, OpEntry>()

/**
 * How `primitive` is tested.
 *
 * @throws Error naming the file to write it in, for a primitive of which the tests know nothing yet.
 */
export function entryOf(primitive: Primitive): OpEntry {
  const { name, family } = primitive
  const elementwise = family === 'unary' || family === 'binary'
  const found = made.get(name) ?? entries[name] ?? (elementwise ? elementwiseEntry(primitive) : undefined)
  if (found === undefined) {
    throw new Error(
      `the primitive "${name}" (${family}) is not tested yet: ` +
        `say what it computes in packages/core/src/ops/testing/${files[family]}.testing.ts`,
    )
  }
  made.set(name, found)
  return found
}
