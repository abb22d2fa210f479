/**
 * An option that counts pixels, checked.
 *
 * @throws RangeError naming the augmentation, the option, the value and the range.
 */
export function checkWhole(owner: string, name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= 2 ** 20) return
  throw new RangeError(`${owner}: ${name} is ${value}, must be a whole number from 0 to 2^20`)
}

/**
 * An option that is a probability, checked.
 *
 * @throws RangeError naming the augmentation, the option, the value and the range.
 */
export function checkShare(owner: string, name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${owner}: ${name} is ${value}, must be from 0 to 1`)
}
