/** A value that is not what was expected, as a message names it. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string') return `the string '${value}'`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object') return `the ${typeof value} ${String(value)}`
  const made: unknown = value.constructor
  return typeof made === 'function' && made !== Object ? `a ${made.name}` : 'a plain object'
}
