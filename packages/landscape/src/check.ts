/**
 * An option that is a number, checked.
 *
 * @throws RangeError naming the function, the option, the value and the range.
 */
export function checkAtLeast(op: string, name: string, value: number, low: number): void {
  if (value >= low && value < Infinity) return
  throw new RangeError(`${op}: ${name} is ${value}, must be at least ${low} and finite`)
}

/**
 * An option that counts something, checked.
 *
 * @throws RangeError naming the function, the option, the value and the range.
 */
export function checkCount(op: string, name: string, value: number, low = 1): void {
  if (Number.isSafeInteger(value) && value >= low) return
  throw new RangeError(`${op}: ${name} is ${value}, must be a whole number from ${low}`)
}

/**
 * What was measured, checked.
 *
 * @throws RangeError where it is not finite.
 */
export function checkMeasured(op: string, what: string, value: number): void {
  if (Number.isFinite(value)) return
  throw new RangeError(
    `${op}: ${what} is ${value}; the loss or its derivatives are not finite at these params`,
  )
}
