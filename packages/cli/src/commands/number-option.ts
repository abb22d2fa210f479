import { Option } from 'commander'
import { type NumberRange, parseNumber } from '../number-range.ts'

/** An option that takes a number in a range. */
export function numberOption(flags: string, summary: string, range: NumberRange): Option {
  const flag = flags.split(' ', 1)[0] ?? flags
  return new Option(flags, summary).argParser((text: string) => parseNumber(flag, text, range))
}
