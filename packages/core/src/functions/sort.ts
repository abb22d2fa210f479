import { OpError } from '../graph/errors.ts'
import { formatShape, resolveAxis } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { argsort, type SortOptions } from '../ops/argsort.ts'
import { checkFlag, checkOptions, checkTensor } from '../ops/check.ts'
import { gather } from '../ops/gather.ts'
import { sliceAxis } from '../ops/slice.ts'
import { checkWhole } from './arguments.ts'

/** Elements in a new order, and where each was before. */
export interface Sorted {
  /** The elements; gradients go back to where they came from. */
  readonly values: Tensor
  /** Their indices (`i32`) in the unsorted axis. */
  readonly indices: Tensor
}

/**
 * `x` sorted along `axis`, smallest first, with the indices it took. Stable: equal elements keep their order. NaN
 * counts as larger than every number, as in PyTorch.
 */
export function sort(x: Tensor, options: SortOptions = {}): Sorted {
  checkTensor('sort', x)
  checkOptions('sort', options, ['axis', 'descending'])
  const { axis = -1, descending = false } = options
  checkFlag('sort', 'descending', descending)
  const along = resolveAxis('sort', axis, x.rank)
  const indices = argsort(x, { axis: along, descending })
  return { values: gather(x, along, indices), indices }
}

/** Options of `topk`. */
export interface TopkOptions {
  /** The axis to look along; negative ones count from the end. Default -1. */
  readonly axis?: number
  /** Whether to take the largest elements (default) or the smallest. */
  readonly largest?: boolean
}

/**
 * The `k` largest (or smallest) elements along `axis`, best first, with their indices. At ties the first ones win.
 * NaN counts as larger than every number.
 *
 * @throws OpError when `k` is no whole number from 0 to the size of the axis.
 */
export function topk(x: Tensor, k: number, options: TopkOptions = {}): Sorted {
  checkTensor('topk', x)
  checkOptions('topk', options, ['axis', 'largest'])
  const { axis = -1, largest = true } = options
  checkFlag('topk', 'largest', largest)
  const along = resolveAxis('topk', axis, x.rank)
  const length = x.shape[along] ?? 0
  checkWhole('topk', 'k', k, 0)
  if (k > length) {
    throw new OpError(
      'topk',
      `k is ${k}, but axis ${along} of ${formatShape(x.shape)} has ${length} elements`,
    )
  }
  const indices = sliceAxis(argsort(x, { axis: along, descending: largest }), along, 0, k)
  return { values: gather(x, along, indices), indices }
}
