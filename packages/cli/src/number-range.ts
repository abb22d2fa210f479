import { UsageError } from './errors.ts'

/** Which numbers an option accepts. Without bounds: any finite number. */
export interface NumberRange {
  /** Only whole numbers. Default false. */
  readonly whole?: boolean
  /** The smallest one. */
  readonly from?: number
  /** They must be greater than this. */
  readonly above?: number
  /** They must be less than this. */
  readonly below?: number
}

/** What {@link NumberRange} asks for, in words: `a whole number from 1`. */
export function rangeInWords({ whole = false, from, above, below }: NumberRange): string {
  const bounds = [
    from === undefined ? [] : [`from ${from}`],
    above === undefined ? [] : [`above ${above}`],
    below === undefined ? [] : [`below ${below}`],
  ].flat()
  return [whole ? 'a whole number' : 'a number', bounds.join(' and ')].filter(Boolean).join(' ')
}

/**
 * The number that `text` says.
 *
 * @throws UsageError naming the flag, the text and the range, where it is no number or out of range.
 */
export function parseNumber(flag: string, text: string, range: NumberRange): number {
  const { whole = false, from = -Infinity, above = -Infinity, below = Infinity } = range
  const value = text.trim() === '' ? Number.NaN : Number(text)
  const right = whole ? Number.isSafeInteger(value) : Number.isFinite(value)
  if (right && value >= from && value > above && value < below) return value
  throw new UsageError(`${flag} must be ${rangeInWords(range)}, got "${text}"`)
}
