import { type DType, type Tensor, tensor } from '@samkit/core'

/** A hyper-parameter: a number, or a function of the step (0 for the first one). */
export type Schedule = number | ((step: number) => number)

/**
 * The value of a schedule at `step`.
 *
 * @throws RangeError when it is no finite number there.
 */
export function valueAt(schedule: Schedule, step: number): number {
  const value = typeof schedule === 'number' ? schedule : schedule(step)
  if (!Number.isFinite(value))
    throw new RangeError(`a schedule gives ${value} at step ${step}; it must give a number`)
  return value
}

/**
 * A number as scalar tensors that are inputs of the plan, one per dtype asked for: a new value does not make a new plan.
 */
export function planInput(value: number): (dtype: DType) => Tensor {
  const made = new Map<DType, Tensor>()
  return (dtype) => {
    const known = made.get(dtype) ?? tensor(value, { dtype })
    made.set(dtype, known)
    return known
  }
}

/**
 * A hyper-parameter checked.
 *
 * @throws RangeError naming the optimizer, the option, the value and the range.
 */
export function checkRange(
  owner: string,
  name: string,
  value: Schedule,
  low: number,
  below: number = Infinity,
): void {
  if (typeof value === 'function') return
  if (!(value >= low && value < below)) {
    const range = below === Infinity ? `at least ${low}` : `in [${low}, ${below})`
    throw new RangeError(`${owner}: ${name} must be ${range}, got ${value}`)
  }
}

/**
 * A count checked.
 *
 * @throws RangeError naming the method, the option and the value.
 */
export function checkCount(owner: string, name: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1)) {
    throw new RangeError(`${owner}: ${name} must be a whole number of at least 1, got ${value}`)
  }
}

/**
 * A share checked.
 *
 * @throws RangeError naming the method, the option and the value.
 */
export function checkShare(owner: string, name: string, value: number): void {
  if (!(value > 0 && value <= 1)) throw new RangeError(`${owner}: ${name} must be in (0, 1], got ${value}`)
}
