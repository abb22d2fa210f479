import { OpError } from '../graph/errors.ts'
import { fromOwned } from '../graph/leaf.ts'
import { formatShape, sameShape } from '../graph/shape.ts'
import { Tensor } from '../graph/tensor.ts'
import { constant } from '../ops/leaves.ts'
import { random } from '../ops/random.ts'
import { tags } from './tags.ts'

/**
 * A random key, `i32 [2]`, from a seed: the seed's low 32 bits, then its high ones. All randomness in samkit is a
 * pure function of a key: the same key gives the same numbers, on every backend. Use a key once, for one draw or to
 * make others with {@link split} and {@link foldIn}.
 *
 * The key is an input of the plan: another seed compiles nothing again.
 *
 * @throws OpError when the seed is not a whole number from 0 to 2⁵³ - 1.
 *
 * @example
 * const [weights, noise] = split(key(0))
 * normal(weights, [3, 4], { std: 0.02 })
 */
export function key(seed: number): Tensor {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new OpError('key', `the seed must be a whole number from 0 to 2^53 - 1, got ${String(seed)}`)
  }
  return fromOwned(Int32Array.of(seed | 0, Math.floor(seed / 2 ** 32)), [2])
}

/**
 * `n` keys made from one. They differ from it, from each other and from all it folds into; the first ones do not
 * depend on `n`.
 *
 * @throws OpError when `parent` is not a key or `n` not a whole number of at least 1.
 */
export function split(parent: Tensor, n = 2): Tensor[] {
  if (!Number.isInteger(n) || n < 1) {
    throw new OpError('split', `makes a whole number of keys, at least 1, got ${String(n)}`)
  }
  return Array.from({ length: n }, (_, i) => derive('split', parent, constant(i, [], 'i32'), tags.split))
}

/**
 * A key made from a key and a number: one per layer, step or device. As a number or as an `i32` scalar, `data` is an
 * input of the plan, so folding in the step compiles nothing again.
 *
 * @throws OpError when `parent` is not a key or `data` not a whole number of 32 bits, signed.
 *
 * @example
 * const stepKey = foldIn(runKey, step)
 */
export function foldIn(parent: Tensor, data: number | Tensor): Tensor {
  return derive('foldIn', parent, data instanceof Tensor ? checkScalar(data) : asInput(data), tags.foldIn)
}

function asInput(data: number): Tensor {
  if (!Number.isInteger(data) || data < -(2 ** 31) || data >= 2 ** 31) {
    throw new OpError('foldIn', `folds in a whole number of 32 bits (-2^31 to 2^31 - 1), got ${String(data)}`)
  }
  return fromOwned(Int32Array.of(data), [])
}

function checkScalar(data: Tensor): Tensor {
  if (data.dtype !== 'i32' || data.rank > 0) {
    throw new OpError('foldIn', `folds in an i32 scalar, got ${data.dtype} ${formatShape(data.shape)}`)
  }
  return data
}

function derive(op: string, parent: Tensor, stream: Tensor, tag: number): Tensor {
  return random(checkKey(op, parent), stream, { shape: [2], dtype: 'i32', tag })
}

/**
 * The key, checked.
 *
 * @throws OpError when it is not an `i32 [2]` tensor.
 */
export function checkKey(op: string, candidate: Tensor): Tensor {
  if (!(candidate instanceof Tensor)) {
    throw new OpError(op, `the key must be a tensor, as key(seed) makes it, got ${String(candidate)}`)
  }
  if (candidate.dtype !== 'i32' || !sameShape(candidate.shape, [2])) {
    const got = `${candidate.dtype} ${formatShape(candidate.shape)}`
    throw new OpError(op, `the key must be i32 [2], as key(seed) makes it, got ${got}`)
  }
  return candidate
}
