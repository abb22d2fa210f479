import { OpError } from '../graph/errors.ts'
import { formatShape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { div, mul, neg, sub } from '../ops/arithmetic.ts'
import { cast } from '../ops/cast.ts'
import { checkTensor } from '../ops/check.ts'
import { asFloat } from '../ops/coerce.ts'
import { le, logicalAnd, lt } from '../ops/compare.ts'
import { add } from '../ops/elementwise.ts'
import { iota } from '../ops/leaves.ts'
import { matmul } from '../ops/matmul.ts'
import { transpose, unsqueeze } from './axes.ts'
import { avgPool2d } from './pool.ts'
import { floorDivide } from './rounding.ts'
import { checkImages, type PerAxis, perAxis } from './spatial.ts'
import { mean } from './statistics.ts'

/**
 * The means over a grid of `outputSize` cells laid over `x` `[N, C, H, W]`: `[N, C, h, w]`. As in PyTorch, cell `i` of
 * `h` goes from `⌊i · H / h⌋` up to `⌈(i + 1) · H / h⌉`, so cells overlap where the size does not divide. 1 is the global
 * average.
 *
 * @throws OpError when `x` is no batch of images, has no pixels, or `outputSize` is no size.
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: PerAxis): Tensor {
  checkTensor('adaptiveAvgPool2d', x)
  const op = 'adaptiveAvgPool2d'
  checkImages(op, x, 2)
  const cells = perAxis(op, 'outputSize', outputSize, 2, 1)
  const [inH = 0, inW = 0] = x.shape.slice(2)
  const [outH = 1, outW = 1] = cells
  if (inH === 0 || inW === 0) throw new OpError(op, `${formatShape(x.shape)} has no pixels to average`)
  const t = asFloat(x)
  if (outH === 1 && outW === 1) return mean(t, { axis: [2, 3], keepDims: true })
  if (inH % outH === 0 && inW % outW === 0) return avgPool2d(t, { kernelSize: [inH / outH, inW / outW] })
  return matmul(matmul(averaging(inH, outH, t), t), transpose(averaging(inW, outW, t)))
}

/** `[cells, size]`: row `i` averages the elements of cell `i`. */
function averaging(size: number, cells: number, like: Tensor): Tensor {
  const i = iota(cells)
  const start = unsqueeze(floorDivide(mul(i, size), cells), 1)
  // ⌈a / b⌉ = -⌊-a / b⌋
  const stop = unsqueeze(neg(floorDivide(neg(mul(add(i, 1), size)), cells)), 1)
  const place = iota(size)
  const inside = cast(logicalAnd(le(start, place), lt(place, stop)), like.dtype)
  return div(inside, cast(sub(stop, start), like.dtype))
}
