import { OpError } from '../graph/errors.ts'
import { formatShape, resolveAxis, sameShape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { checkOptions, checkTensor, numbersOf } from '../ops/check.ts'
import { concat, sliceAxis } from '../ops/slice.ts'
import { checkWhole, shown } from './arguments.ts'
import { unsqueeze } from './axes.ts'

/**
 * Tensors of one shape as the entries of a new axis, which gets the index `axis`. Dtypes promote.
 *
 * @throws OpError without tensors, and when shapes differ.
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  if (!Array.isArray(tensors))
    throw new OpError('stack', `expected an array of tensors, got ${shown(tensors)}`)
  checkTensor('stack', ...tensors)
  const [first] = tensors
  if (first === undefined) throw new OpError('stack', 'needs at least one tensor')
  for (const x of tensors) {
    if (!sameShape(x.shape, first.shape)) {
      throw new OpError(
        'stack',
        `cannot stack ${formatShape(first.shape)} and ${formatShape(x.shape)}: all shapes must be the same`,
      )
    }
  }
  const at = resolveAxis('stack', axis, first.rank + 1)
  return concat(
    tensors.map((x) => unsqueeze(x, at)),
    at,
  )
}

/** Along which axis a tensor is cut. */
export interface SplitOptions {
  /** Negative ones count from the end. Default 0. */
  readonly axis?: number
}

/**
 * `x` cut along `axis`: into pieces of one size, the last one smaller if need be, or of the sizes listed, which must
 * add up. The method is `x.split(…)`; `split` is the name of what makes random keys.
 *
 * @throws OpError when a size is no whole number of at least 1 (in a list: 0), or the list does not add up.
 */
export function splitAxis(
  x: Tensor,
  sizes: number | readonly number[],
  options: SplitOptions = {},
): Tensor[] {
  checkTensor('split', x)
  checkOptions('split', options, ['axis'])
  const { axis = 0 } = options
  const along = resolveAxis('split', axis, x.rank)
  const length = x.shape[along] ?? 0
  const list = typeof sizes === 'number' ? evenly(sizes, length) : numbersOf('split', 'sizes', sizes)
  const whole = list.every((n) => Number.isInteger(n) && n >= 0)
  if (!whole || list.reduce((total, n) => total + n, 0) !== length) {
    throw new OpError(
      'split',
      `sizes ${formatShape(list)} must be whole numbers that add up to ${length}, the size of axis ${along} of ` +
        formatShape(x.shape),
    )
  }
  let start = 0
  return list.map((n) => {
    const piece = sliceAxis(x, along, start, start + n)
    start += n
    return piece
  })
}

function evenly(size: number, length: number): number[] {
  checkWhole('split', 'the size of a piece', size, 1)
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => Math.min(size, length - i * size))
}

/**
 * `x` cut along `axis` into `count` pieces of the same size.
 *
 * @throws OpError when the axis does not divide into that many.
 */
export function chunk(x: Tensor, count: number, options: SplitOptions = {}): Tensor[] {
  checkTensor('chunk', x)
  checkOptions('chunk', options, ['axis'])
  const { axis = 0 } = options
  const along = resolveAxis('chunk', axis, x.rank)
  const length = x.shape[along] ?? 0
  checkWhole('chunk', 'the number of pieces', count, 1)
  if (length % count !== 0) {
    throw new OpError(
      'chunk',
      `axis ${along} of ${formatShape(x.shape)} does not divide into ${count} equal pieces; split() takes sizes`,
    )
  }
  return splitAxis(x, new Array<number>(count).fill(length / count), { axis: along })
}
