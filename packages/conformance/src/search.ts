import fc from 'fast-check'
import { noError, type Worst, worseOf } from './compare/compare.ts'
import type { Fault, Verdict } from './verdict.ts'

/** What a search found. */
export interface Found<T> {
  /** Examples that were looked at. */
  readonly cases: number
  /** The largest error met in those that are right. */
  readonly worst: Worst
  /** The smallest example that is wrong, as far as it was made smaller. */
  readonly wrong?: { readonly value: T; readonly fault: Fault }
}

/** How to search. */
export interface SearchOptions {
  readonly runs: number
  readonly seed: number
}

/** How many smaller examples are tried. */
const mostShrinks = 400

/** Looks among random examples for one that is wrong, and makes it smaller. Examples without a verdict do not count. */
export async function search<T>(
  arbitrary: fc.Arbitrary<T>,
  verdict: (value: T) => Promise<Verdict | undefined>,
  { runs, seed }: SearchOptions,
): Promise<Found<T>> {
  let cases = 0
  let worst = noError
  let tries = 0
  let wrong: Found<T>['wrong']
  const property = fc.asyncProperty(arbitrary, async (value) => {
    // What is left of shrinking passes at once.
    if (wrong !== undefined && ++tries > mostShrinks) return true
    const found = await verdict(value)
    if (wrong === undefined && found !== undefined) cases += 1
    if (found?.fault === undefined) {
      if (found !== undefined) worst = worseOf(worst, found.worst)
      return true
    }
    wrong = { value, fault: found.fault }
    return false
  })
  const details = await fc.check(property, { numRuns: runs, seed })
  // What the property itself throws is a fault of the kit.
  if (details.failed && wrong === undefined)
    throw details.errorInstance ?? new Error('the search itself failed')
  return wrong === undefined ? { cases, worst } : { cases, worst, wrong }
}

/** A seed of its own for each property of a run. */
export function seedFor(seed: number, title: string): number {
  let hash = seed | 0
  for (const char of title) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) | 0
  return hash
}
