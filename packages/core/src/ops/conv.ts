import { allocate, type Shape, type TensorSpec } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { formatShape } from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { convolve } from '../reference/conv.ts'
import { cast } from './cast.ts'
import { checkOptions, checkTensor, numbersOf } from './check.ts'
import { commonDtype } from './coerce.ts'
import { defineOp, type Op } from './define.ts'
import { add, both, requireSame } from './elementwise.ts'
import { fullLike, requireFloat } from './leaves.ts'
import { permute, reshape } from './reshape.ts'
import { flip } from './slice.ts'

/** One spatial axis each: how the kernel moves over the input. */
export interface ConvAttrs {
  /** How far the window moves from one output element to the next; at least 1. */
  readonly stride: readonly number[]
  /** Zeros added before and after the input; negative numbers cut elements off. */
  readonly padding: readonly (readonly [number, number])[]
  /** Distance between the kernel's elements; at least 1. */
  readonly dilation: readonly number[]
  /** Distance between the input's elements (zeros in between); at least 1. More than 1 is a transposed convolution. */
  readonly inputDilation: readonly number[]
  /** Channels fall into this many groups that do not mix; 1 is an ordinary convolution. */
  readonly groups: number
}

const dilated = (n: number, dilation: number): number => (n === 0 ? 0 : (n - 1) * dilation + 1)

function outputLengths(
  x: Shape,
  w: Shape,
  { stride, padding, dilation, inputDilation }: ConvAttrs,
): number[] {
  return w.slice(2).map((k, i) => {
    const [low, high] = padding[i] ?? [0, 0]
    const input = dilated(x[i + 2] ?? 0, inputDilation[i] ?? 1) + low + high
    const reach = dilated(k, dilation[i] ?? 1)
    if (reach > input) {
      throw new OpError(
        'conv',
        `a kernel reaching over ${reach} elements does not fit spatial axis ${i} of ${formatShape(x)}, ` +
          `which has ${input} with padding; kernel ${formatShape(w)}. Pad more, or take a smaller kernel`,
      )
    }
    return Math.floor((input - reach) / (stride[i] ?? 1)) + 1
  })
}

const convPrimitive: Primitive<readonly [Tensor, Tensor], ConvAttrs> = {
  name: 'conv',
  family: 'contraction',
  infer: ([x, w], attrs) => {
    requireSame('conv', x.dtype, w.dtype)
    requireFloat('conv', x)
    checkConv(x, w, attrs)
    return {
      shape: [x.shape[0] ?? 0, w.shape[0] ?? 0, ...outputLengths(x.shape, w.shape, attrs)],
      dtype: x.dtype,
    }
  },
  vjp: (ct, [x, w], attrs, _, [toX, toW] = both) => [
    toX ? inputGradient(ct, x, w, attrs) : null,
    toW ? kernelGradient(ct, x, w, attrs) : null,
  ],
  jvp: ([tx, tw], [x, w], attrs) => {
    const fromX = tx && conv(tx, w, attrs)
    const fromW = tw && conv(x, tw, attrs)
    return fromX && fromW ? add(fromX, fromW) : ((fromX ?? fromW) as Tensor)
  },
  reference: ([x, w], { stride, padding, dilation, inputDilation, groups }, output) => {
    const axes = stride.map((s, i) => ({
      stride: s,
      low: padding[i]![0],
      dilation: dilation[i]!,
      inputDilation: inputDilation[i]!,
    }))
    const sums = convolve(x, w, axes, groups, output)
    if (output.dtype === 'f64') return sums
    const out = allocate(output.dtype, sums.length)
    out.set(sums)
    return out
  },
}

/** A copy of attributes of the right form, so that who made them can change theirs afterwards. */
function convAttrs(attrs: ConvAttrs): ConvAttrs {
  checkOptions('conv', attrs, ['stride', 'padding', 'dilation', 'inputDilation', 'groups'])
  const { padding } = attrs
  if (!Array.isArray(padding) || !padding.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw new OpError('conv', 'padding must be an array with one pair [before, after] per spatial axis')
  }
  return {
    stride: numbersOf('conv', 'stride', attrs.stride),
    padding: padding.map(([before, after]): [number, number] => [before, after]),
    dilation: numbersOf('conv', 'dilation', attrs.dilation),
    inputDilation: numbersOf('conv', 'inputDilation', attrs.inputDilation),
    groups: attrs.groups,
  }
}

function checkConv(x: TensorSpec, w: TensorSpec, attrs: ConvAttrs): void {
  const spatial = w.shape.length - 2
  const what = `input ${formatShape(x.shape)}, kernel ${formatShape(w.shape)}`
  if (spatial < 1 || x.shape.length !== w.shape.length) {
    throw new OpError(
      'conv',
      `${what}: needs [N, C, …] and [O, C/groups, …] with the same number of spatial axes`,
    )
  }
  const { stride, padding, dilation, inputDilation, groups } = attrs
  for (const [name, values] of Object.entries({ stride, padding, dilation, inputDilation })) {
    if (values.length !== spatial)
      throw new OpError('conv', `${name} needs ${spatial} entries, got ${values.length}`)
  }
  if (![...stride, ...dilation, ...inputDilation, groups].every((n) => Number.isInteger(n) && n >= 1)) {
    throw new OpError(
      'conv',
      'stride, dilation, inputDilation and groups must be whole numbers of at least 1',
    )
  }
  if (!padding.flat().every(Number.isInteger)) throw new OpError('conv', 'padding must be whole numbers')
  const [outChannels = 0, perGroup = 0] = w.shape
  if (outChannels % groups !== 0) {
    throw new OpError(
      'conv',
      `${what}: the ${outChannels} output channels do not divide evenly into ${groups} groups`,
    )
  }
  if (x.shape[1] !== perGroup * groups) {
    throw new OpError(
      'conv',
      `${what}: the input needs ${perGroup * groups} channels ` +
        `(${perGroup} for each of ${groups} groups), it has ${x.shape[1]}`,
    )
  }
}

/** Every output element spreads back over the inputs it read: a convolution with the mirrored, transposed kernel. */
function inputGradient(ct: Tensor, x: Tensor, w: Tensor, attrs: ConvAttrs): Tensor {
  // The gradient of nothing is nothing; a convolution that ends with 0 elements would not be accepted.
  if (x.size === 0) return fullLike(x, 0)
  const { stride, padding, dilation, inputDilation, groups } = attrs
  const [outChannels = 0, perGroup = 0, ...kernel] = w.shape
  const spatialAxes = kernel.map((_, i) => i + 3)
  const grouped = reshape(w, [groups, outChannels / groups, perGroup, ...kernel])
  const swapped = permute(grouped, [0, 2, 1, ...spatialAxes])
  const mirrored = flip(
    reshape(swapped, [groups * perGroup, outChannels / groups, ...kernel]),
    kernel.map((_, i) => i + 2),
  )
  return conv(ct, mirrored, {
    stride: inputDilation,
    padding: kernel.map((k, i) => {
      const reach = dilated(k, dilation[i] ?? 1)
      const low = reach - 1 - (padding[i]?.[0] ?? 0)
      const spread = dilated(ct.shape[i + 2] ?? 0, stride[i] ?? 1)
      const wanted = dilated(x.shape[i + 2] ?? 0, inputDilation[i] ?? 1)
      return [low, wanted + reach - 1 - spread - low]
    }),
    dilation,
    inputDilation: stride,
    groups,
  })
}

/** Each kernel element collects input times output gradient over batch and positions: a convolution over the batch. */
function kernelGradient(ct: Tensor, x: Tensor, w: Tensor, attrs: ConvAttrs): Tensor {
  if (w.size === 0) return fullLike(w, 0)
  const { stride, padding, dilation, inputDilation, groups } = attrs
  const [outChannels = 0, perGroup = 0, ...kernel] = w.shape
  const [batch = 0, , ...inputs] = x.shape
  const spatialAxes = kernel.map((_, i) => i + 3)
  const split = reshape(x, [batch, groups, perGroup, ...inputs])
  const lhs = reshape(permute(split, [2, 1, 0, ...spatialAxes]), [perGroup, groups * batch, ...inputs])
  const rhs = permute(ct, [1, 0, ...kernel.map((_, i) => i + 2)])
  const collected = conv(lhs, rhs, {
    stride: dilation,
    padding: kernel.map((k, i) => {
      const low = padding[i]?.[0] ?? 0
      const reach = dilated(ct.shape[i + 2] ?? 0, stride[i] ?? 1)
      const have = dilated(inputs[i] ?? 0, inputDilation[i] ?? 1)
      return [low, dilated(k, dilation[i] ?? 1) - 1 + reach - have - low]
    }),
    dilation: stride,
    inputDilation,
    groups,
  })
  return reshape(permute(collected, [1, 0, ...kernel.map((_, i) => i + 2)]), [
    outChannels,
    perGroup,
    ...kernel,
  ])
}

/**
 * Cross-correlation of `x` `[N, C, …]` with kernels `w` `[O, C/groups, …]` over any number of spatial axes: the
 * primitive behind `conv1d` and `conv2d`. Its gradients are convolutions again.
 *
 * @throws OpError when shapes, channels or groups do not fit, or the kernel does not fit into the padded input.
 */
export const conv: Op<[x: Tensor, w: Tensor, attrs: ConvAttrs]> = defineOp(
  convPrimitive,
  (apply) => (x, w, attrs) => {
    checkTensor('conv', x, w)
    const dtype = commonDtype([x, w])
    return apply([cast(x, dtype), cast(w, dtype)], convAttrs(attrs))
  },
)
