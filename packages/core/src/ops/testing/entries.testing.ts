import type { Primitive } from '../../graph/tensor.ts'
import { casesOf } from '../cases/cases-of.ts'
import { contractionEntries } from './contraction-entries.testing.ts'
import { elementwiseEntries, elementwiseStatement } from './elementwise-entries.testing.ts'
import { indexingEntries } from './indexing-entries.testing.ts'
import { leafEntries } from './leaf-entries.testing.ts'
import { movementEntries } from './movement-entries.testing.ts'
import type { OpEntry, Statement } from './op-case.testing.ts'
import { randomEntry } from './random-entry.testing.ts'
import { reductionEntries } from './reduction-entries.testing.ts'

/** What primitives say that are more than a formula, by name. */
export const entries: Readonly<Record<string, Statement>> = {
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
  const known = made.get(name)
  if (known !== undefined) return known
  const found = entries[name] ?? (elementwise ? elementwiseStatement(primitive) : undefined)
  if (found === undefined) {
    throw new Error(
      `the primitive "${name}" (${family}) is not tested yet: ` +
        `say what it computes in packages/core/src/ops/testing/${files[family]}.testing.ts`,
    )
  }
  const entry = { ...found, cases: casesOf(primitive) }
  made.set(name, entry)
  return entry
}
