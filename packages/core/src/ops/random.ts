import {
  allocate,
  type DType,
  type HostArray,
  type Shape,
  type TensorSpec,
  type TypedArray,
} from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { checkShape, formatShape, sameShape, sizeOf } from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { philox4x32 } from '../reference/philox.ts'
import { checkOptions, checkTensor, numbersOf } from './check.ts'
import { defineOp, type Op } from './define.ts'
import { fullLike } from './leaves.ts'

/** What to draw: shape and dtype of the result, and which of the key's families of numbers it is taken from. */
export interface RandomAttrs {
  readonly shape: Shape
  readonly dtype: DType
  /** A whole number from 0 to 2³² - 1. Draws with different tags have nothing in common. */
  readonly tag: number
}

const randomPrimitive: Primitive<readonly [Tensor, Tensor], RandomAttrs> = {
  name: 'random',
  family: 'leaf',
  infer: ([key, stream], { shape, dtype, tag }) => {
    if (key.dtype !== 'i32' || !sameShape(key.shape, [2])) {
      throw new OpError('random', `the key must be i32 [2], as key(seed) makes it, got ${specText(key)}`)
    }
    if (stream.dtype !== 'i32' || stream.shape.length > 0) {
      throw new OpError('random', `the stream must be an i32 scalar, got ${specText(stream)}`)
    }
    if (dtype !== 'i32' && dtype !== 'f32' && dtype !== 'f64') {
      throw new OpError('random', `draws i32, f32 or f64, not ${dtype}`)
    }
    if (!Number.isInteger(tag) || tag < 0 || tag >= 2 ** 32) {
      throw new OpError('random', `the tag must be a whole number from 0 to 2^32 - 1, got ${tag}`)
    }
    return { shape: checkShape('random', shape), dtype }
  },
  vjp: () => [null, null],
  jvp: (_, __, ___, y) => fullLike(y, 0),
  reference: ([key, stream], { tag }, output) => drawn(key, stream, tag, output),
}

function specText({ dtype, shape }: TensorSpec): string {
  return `${dtype} ${formatShape(shape)}`
}

function drawn(key: HostArray, stream: HostArray, tag: number, output: TensorSpec): TypedArray {
  const out = allocate(output.dtype, sizeOf(output.shape))
  const words = new Uint32Array(4)
  const perBlock = output.dtype === 'f64' ? 2 : 4
  for (let start = 0, block = 0; start < out.length; start += perBlock, block++) {
    philox4x32(words, block, Math.floor(block / 2 ** 32), stream.data[0]!, tag, key.data[0]!, key.data[1]!)
    const end = Math.min(perBlock, out.length - start)
    for (let lane = 0; lane < end; lane++) out[start + lane] = numberOf(words, lane, output.dtype)
  }
  return out
}

function numberOf(words: Uint32Array, lane: number, dtype: DType): number {
  if (dtype === 'i32') return words[lane]! | 0
  if (dtype === 'f32') return (words[lane]! >>> 8) / 2 ** 24
  return ((words[2 * lane]! >>> 5) * 2 ** 26 + (words[2 * lane + 1]! >>> 6)) / 2 ** 53
}

/**
 * Random numbers, a pure function of a key (`i32 [2]`, two words), a stream (an `i32` scalar) and the tag: Philox
 * 4x32-10 (Salmon et al., SC 2011) at the counters `(block low, block high, stream, tag)`.
 *
 * - `i32`: element `e` is the word in lane `e mod 4` of block `⌊e / 4⌋`.
 * - `f32`: the top 24 bits of that word over 2²⁴, uniform in [0, 1).
 * - `f64`: uniform in [0, 1) with 53 bits, from two words, hence two elements a block: the top 27 bits of lane
 *   `2 (e mod 2)` of block `⌊e / 2⌋` above the top 26 bits of the lane after it, over 2⁵³.
 *
 * Nothing flows back: key and stream are integers. People call `uniform`, `normal` and their kin instead.
 *
 * @throws OpError when key, stream, shape or tag is not as above, and for dtype `bool`.
 */
export const random: Op<[key: Tensor, stream: Tensor, attrs: RandomAttrs]> = defineOp(
  randomPrimitive,
  (apply) => (key, stream, attrs) => {
    checkTensor('random', key, stream)
    checkOptions('random', attrs, ['shape', 'dtype', 'tag'])
    const { shape, dtype, tag } = attrs
    return apply([key, stream], { shape: numbersOf('random', 'the shape', shape), dtype, tag })
  },
)
