import type { Shape } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { checkShape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { abs, mul, sub } from '../ops/arithmetic.ts'
import { cast } from '../ops/cast.ts'
import { lt } from '../ops/compare.ts'
import { add } from '../ops/elementwise.ts'
import { constant } from '../ops/leaves.ts'
import { random } from '../ops/random.ts'
import { checkKey } from './key.ts'
import { tags } from './tags.ts'

/** The dtypes that real random numbers come in. */
export type RealDType = 'f32' | 'f64'

/** The numbers all distributions are made of: `i32` words, or `f32` and `f64` uniform in [0, 1). */
export function draw(op: string, key: Tensor, shape: Shape, dtype: 'i32' | RealDType, stream = 0): Tensor {
  checkKey(op, key)
  checkShape(op, shape)
  return random(key, constant(stream, [], 'i32'), { shape, dtype, tag: tags.draw })
}

/**
 * `shape` random words: all 32 bits, as `i32`.
 *
 * @throws OpError when `key` is not a key or `shape` no shape.
 */
export function randomBits(key: Tensor, shape: Shape): Tensor {
  return draw('randomBits', key, shape, 'i32')
}

/** Numbers uniform in (0, 1), each seen from the nearer end. */
export interface FoldedUniform {
  /** The distance to that end, in [`least`, 1/2]. Fine near 0, where a number near 1 would be coarse. */
  readonly distance: Tensor
  /** Whether the nearer end is 1. */
  readonly upper: Tensor
  /** The smallest distance there is: 2⁻³³ in `f32`, 2⁻⁵⁴ in `f64`. */
  readonly least: number
}

/** Numbers uniform in (0, 1), seen from the nearer end: never 0 or 1, and as fine near 1 as near 0. */
export function drawFolded(op: string, key: Tensor, shape: Shape, dtype: RealDType): FoldedUniform {
  if (dtype === 'f32') {
    // A word plus 1/2 is symmetric about 0, where floats are finest; casting rounds only what is far from it.
    const centred = add(cast(draw(op, key, shape, 'i32'), 'f32'), 0.5)
    return { distance: mul(abs(centred), 2 ** -32), upper: lt(0, centred), least: 2 ** -33 }
  }
  const centred = add(sub(draw(op, key, shape, 'f64'), 0.5), 2 ** -54)
  return { distance: abs(centred), upper: lt(0, centred), least: 2 ** -54 }
}

/**
 * The dtype, checked.
 *
 * @throws OpError when it is not `f32` or `f64`.
 */
export function checkReal(op: string, dtype: RealDType): RealDType {
  if (dtype !== 'f32' && dtype !== 'f64') throw new OpError(op, `draws f32 or f64, not ${String(dtype)}`)
  return dtype
}

/** `value` as a tensor of `dtype` stores it. */
export function rounded(value: number, dtype: RealDType): number {
  return dtype === 'f32' ? Math.fround(value) : value
}
