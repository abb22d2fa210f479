import { OpError } from '../graph/errors.ts'
import { kindOf } from '../graph/kind-of.ts'

/** A value that a user gave, as a message shows it: numbers and lists as they are written, the rest by kind. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  return typeof value === 'number' ? String(value) : kindOf(value)
}

/**
 * A whole number given by a user, checked.
 *
 * @throws OpError naming it when it is none, or below `least`.
 */
export function checkWhole(op: string, name: string, value: number, least: number = -Infinity): void {
  if (Number.isSafeInteger(value) && value >= least) return
  const bound = least === -Infinity ? '' : ` of at least ${least}`
  throw new OpError(op, `${name} must be a whole number${bound}, got ${shown(value)}`)
}
