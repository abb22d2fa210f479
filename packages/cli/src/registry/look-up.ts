import { closestMatch } from 'leven'
import { UsageError } from '../errors.ts'

/**
 * The entry of `table` under `name`.
 *
 * @throws UsageError with the names there are, and the one probably meant.
 */
export function lookUp<T>(flag: string, table: Readonly<Record<string, T>>, name: string): T {
  const entry = Object.hasOwn(table, name) ? table[name] : undefined
  if (entry === undefined) throw unknownName(flag, Object.keys(table), name)
  return entry
}

/** The error for a name that is not among `names`. */
export function unknownName(flag: string, names: readonly string[], name: string): UsageError {
  const meant = closestMatch(name.toLowerCase(), names, { maxDistance: 3 })
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
  return new UsageError(`${flag}: there is no "${name}"${hint}; choose from ${names.join(', ')}`)
}
