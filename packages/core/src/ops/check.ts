import { type DType, dtypes } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { kindOf } from '../graph/kind-of.ts'
import { Tensor } from '../graph/tensor.ts'

// What TypeScript rules out is checked all the same: many callers are plain JavaScript, and a mistake that runs on
// ends as NaN far away.

const cure = (value: unknown): string =>
  Array.isArray(value) || ArrayBuffer.isView(value) ? '; make it one with tensor(...)' : ''

/** Refuses anything but tensors. */
export function checkTensor(op: string, ...values: readonly unknown[]): void {
  for (const value of values) {
    if (!(value instanceof Tensor))
      throw new OpError(op, `expected a tensor, got ${kindOf(value)}${cure(value)}`)
  }
}

/** Refuses anything but tensors, numbers and booleans. */
export function checkOperands(op: string, ...values: readonly unknown[]): void {
  for (const value of values) {
    if (value instanceof Tensor || typeof value === 'number' || typeof value === 'boolean') continue
    throw new OpError(op, `expected a tensor or a number, got ${kindOf(value)}${cure(value)}`)
  }
}

/**
 * Refuses options that are no object or have a name that there is not: `sum(x, 1)` and `{ keepdims: true }` would
 * otherwise be ignored.
 */
export function checkOptions(op: string, options: unknown, known: readonly string[]): void {
  const plain = typeof options === 'object' && options !== null && !Array.isArray(options)
  if (!plain || options instanceof Tensor) {
    throw new OpError(
      op,
      `expected options as in { ${known[0]}: … }, got ${kindOf(options)}; there are ${namesOf(known)}`,
    )
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw new OpError(op, `there is no option '${name}'; there are ${namesOf(known)}`)
  }
}

function namesOf(known: readonly string[]): string {
  return `'${known.join("', '")}'`.replace(/, ('\w+')$/, ' and $1')
}

/** Refuses a switch that is not true or false. */
export function checkFlag(op: string, name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new OpError(op, `${name} must be true or false, got ${kindOf(value)}`)
}

/** A copy of a list of numbers, so that who made it can change it afterwards. Refuses anything else. */
export function numbersOf(op: string, name: string, list: unknown): number[] {
  if (!Array.isArray(list)) throw new OpError(op, `${name} must be an array of numbers, got ${kindOf(list)}`)
  const numbers: number[] = []
  for (const value of list) {
    if (typeof value !== 'number') {
      throw new OpError(op, `${name} must be an array of numbers, got one with ${kindOf(value)} in it`)
    }
    numbers.push(value)
  }
  return numbers
}

/** Refuses a dtype that there is not. */
export function checkDtype(op: string, dtype: DType): void {
  if (dtypes.includes(dtype)) return
  const given = typeof dtype === 'string' ? `'${dtype}'` : kindOf(dtype)
  throw new OpError(op, `there is no dtype ${given}; there are ${dtypes.join(', ')}`)
}

/** Refuses a number that `dtype` does not hold. Floats hold every number, rounded. */
export function checkValue(op: string, value: unknown, dtype: DType): void {
  if (typeof value !== 'number' && typeof value !== 'boolean') {
    throw new OpError(op, `the value must be a number, got ${kindOf(value)}`)
  }
  if (dtype === 'i32' && (Number(value) | 0) !== Number(value)) {
    throw new OpError(op, `${value} is not a whole number of 32 bits; use dtype 'f32' or 'f64'`)
  }
}
