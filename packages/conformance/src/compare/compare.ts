import { dtypeOf, type HostArray, type TypedArray } from '@samkit/core'
import type { Claims } from './claims.ts'
import { isFloat, smallestNormal, unitAt } from './units.ts'

/** How far each element of a result may be off. */
export interface Allowance {
  /** What the error is measured in, at element `i`. */
  unit(i: number): number
  /** How many of those are allowed there; infinite where anything is. */
  units(i: number): number
  /** Whether 0 and -0 differ. */
  readonly signedZero: boolean
}

/** The largest error met, in units, and what was allowed there. */
export interface Worst {
  readonly units: number
  readonly allowed: number
}

/** How a result compares with what is expected. */
export interface Comparison {
  readonly worst: Worst
  /** The first element that is too far off, in words; undefined where all are right. */
  readonly fault?: string
}

/** Nothing but the same numbers. */
export function exactly(signedZero = true): Allowance {
  return { unit: () => 0, units: () => 0, signedZero }
}

/** An error in place of any that cannot be counted: another kind of number, or an error where none may be. */
const beyondCounting = 2 ** 53

/** The part of what is allowed that an error is; the largest counts. */
function shareOf({ units, allowed }: Worst): number {
  return units === 0 ? 0 : units / allowed
}

/** The worse of two errors. */
export function worseOf(a: Worst, b: Worst): Worst {
  return shareOf(b) > shareOf(a) || (shareOf(a) === 0 && b.allowed > a.allowed) ? b : a
}

/** No error yet. */
export const noError: Worst = { units: 0, allowed: 0 }

/** Compares a backend's result with the reference's, element by element, as far as the backend promises them. */
export function compare(
  actual: TypedArray,
  expected: HostArray,
  allowance: Allowance,
  claims: Claims,
): Comparison {
  const { dtype, shape, data } = expected
  if (dtypeOf(actual) !== dtype)
    return wrong(`it is a ${actual.constructor.name}, which does not hold ${dtype}`)
  if (actual.length !== data.length)
    return wrong(`it has ${actual.length} elements instead of ${data.length}`)
  let worst = noError
  let fault: string | undefined
  for (let i = 0; i < data.length; i++) {
    const [a, b] = [actual[i] ?? 0, data[i] ?? 0]
    const error = errorAt(a, b, i, expected, allowance, claims)
    worst = worseOf(worst, error)
    if (error.units > error.allowed)
      fault ??= `element [${placeOf(i, shape)}] is ${shown(a)} instead of ${shown(b)}`
  }
  return fault === undefined ? { worst } : { worst, fault }
}

function wrong(fault: string): Comparison {
  return { worst: { units: beyondCounting, allowed: 0 }, fault }
}

function errorAt(
  a: number,
  b: number,
  i: number,
  { dtype }: HostArray,
  { unit, units, signedZero }: Allowance,
  claims: Claims,
): Worst {
  const allowed = units(i)
  const none: Worst = { units: 0, allowed: Math.min(allowed, beyondCounting) }
  // Where anything is allowed, nothing is told.
  if (allowed === Number.POSITIVE_INFINITY) return noError
  if (Object.is(a, b)) return none
  if (a === 0 && b === 0 && !(signedZero && claims.signedZero)) return none
  const off: Worst = { units: beyondCounting, allowed: none.allowed }
  if (!isFloat(dtype)) return off
  if (!Number.isFinite(b) && !claims.nonFinite) return none
  const least = smallestNormal[dtype]
  const slack = claims.subnormals ? 0 : 2 * least
  const error = Math.max(0, Math.abs(a - b) - slack)
  // Zeros of different signs; and NaN where a number should be, or the reverse.
  if (!Number.isFinite(error)) return off
  if (error === 0) return a === 0 && b === 0 && slack === 0 ? off : none
  const size = unit(i)
  return {
    units: size === 0 ? beyondCounting : Math.min(error / size, beyondCounting),
    allowed: none.allowed,
  }
}

/** A number as it is written in code. */
export function shown(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x)
}

/** The multi-index of the element that has `count` before it. */
function placeOf(count: number, shape: readonly number[]): string {
  const index: number[] = []
  let rest = count
  for (const n of [...shape].reverse()) {
    index.unshift(rest % n)
    rest = Math.floor(rest / n)
  }
  return index.join(', ')
}

/** An allowance of a number of units in the last place of the expected value. */
export function unitsOfResult(expected: HostArray, units: number, signedZero = true): Allowance {
  const { dtype, data } = expected
  return {
    unit: (i) => (isFloat(dtype) ? unitAt(data[i] ?? 0, dtype) : 0),
    units: () => units,
    signedZero,
  }
}
