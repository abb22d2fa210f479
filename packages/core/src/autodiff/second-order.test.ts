import { describe, test } from 'vitest'
import {
  avgPool2d,
  concat,
  conv1d,
  conv2d,
  convTranspose2d,
  einsum,
  gather,
  gelu,
  gradcheck,
  leakyRelu,
  logSigmoid,
  matmul,
  maxPool2d,
  oneHot,
  pad,
  scatterAdd,
  silu,
  softplus,
  stack,
  type Tensor,
  tensor,
  where,
} from '../index.ts'
import { irregular } from './autodiff.testing.ts'

/*
 * Gradients and gradients of gradients of what networks are made of, against central differences. This is where peers
 * are missing rules or silently wrong; sharpness methods and Hessian tools stand on all of it.
 */

interface Case {
  readonly f: (...inputs: Tensor[]) => Tensor
  readonly shapes: readonly (readonly number[])[]
}

const index = (values: number[] | number[][]): Tensor => tensor(values, { dtype: 'i32' })

/** The mean negative log-likelihood of class labels. */
const crossEntropy = (logits: Tensor, labels: number[]): Tensor =>
  gather(logits.logSoftmax(), 1, index(labels).unsqueeze(1)).mean().neg()

/** Normalised over `axis` to mean 0 and variance 1. */
const standardize = (x: Tensor, axis: number | number[]): Tensor =>
  x.sub(x.mean({ axis, keepDims: true })).div(x.var({ axis, keepDims: true, correction: 0 }).add(1e-3).sqrt())

const channels = (v: Tensor): Tensor => v.reshape(1, -1, 1, 1)

const families: Record<string, Record<string, Case>> = {
  losses: {
    'softmax cross-entropy': { f: (z) => crossEntropy(z, [2, 0]), shapes: [[2, 4]] },
    'softmax cross-entropy with as many examples as classes': {
      f: (z) => crossEntropy(z, [2, 0, 1]),
      shapes: [[3, 3]],
    },
    'softmax cross-entropy by one-hot rows, along the other axis': {
      f: (z) =>
        z
          .logSoftmax({ axis: 0 })
          .mul(oneHot(index([1, 0]), 3, { dtype: 'f64' }).transpose())
          .sum(),
      shapes: [[3, 2]],
    },
    'sigmoid cross-entropy from logits': {
      f: (z, y) => softplus(z).sub(z.mul(y)).mean(),
      shapes: [[5], [5]],
    },
    'sigmoid cross-entropy, written for stability': {
      f: (z) => z.relu().sub(z.mul(0.3)).add(z.abs().neg().exp().log1p()).mean(),
      shapes: [[5]],
    },
    'squared error': {
      f: (x, y) => x.sub(y).square().mean(),
      shapes: [
        [2, 3],
        [2, 3],
      ],
    },
    'KL divergence': {
      f: (a, b) => a.softmax().mul(a.logSoftmax().sub(b.logSoftmax())).sum(),
      shapes: [
        [2, 3],
        [2, 3],
      ],
    },
  },
  activations: {
    softmax: { f: (x) => x.softmax(), shapes: [[3, 3]] },
    logSumExp: { f: (x) => x.logSumExp({ axis: 0 }), shapes: [[3, 2]] },
    'tanh, sigmoid and their product': { f: (x) => x.tanh().mul(x.sigmoid()), shapes: [[4]] },
    gelu: { f: (x) => gelu(x), shapes: [[4]] },
    'gelu by tanh': { f: (x) => gelu(x, { approximate: 'tanh' }), shapes: [[4]] },
    'silu and logSigmoid': { f: (x) => silu(x).add(logSigmoid(x)), shapes: [[4]] },
    'elu and leaky relu': { f: (x) => x.elu().mul(leakyRelu(x)), shapes: [[4]] },
    'exp, log and sqrt': { f: (x) => x.exp().add(1).log().sqrt(), shapes: [[4]] },
  },
  normalisation: {
    'layer norm': {
      f: (x, scale, shift) => standardize(x, -1).mul(scale).add(shift),
      shapes: [[3, 3], [3], [3]],
    },
    'batch norm over images, with scale and shift': {
      f: (x, scale, shift) => standardize(x, [0, 2, 3]).mul(channels(scale)).add(channels(shift)),
      shapes: [[2, 2, 2, 2], [2], [2]],
    },
    'batch norm without scale': { f: (x) => standardize(x, [0, 2, 3]), shapes: [[2, 2, 2, 2]] },
    'RMS norm': {
      f: (x) => x.div(x.square().mean({ axis: -1, keepDims: true }).add(1e-3).sqrt()),
      shapes: [[2, 3]],
    },
    'variance, standard deviation and norm': {
      f: (x) =>
        x
          .var({ axis: 0 })
          .mul(x.std({ axis: 0 }))
          .mul(x.norm({ axis: 0 })),
      shapes: [[3, 2]],
    },
  },
  convolution: {
    'conv2d, square throughout': {
      f: (x, w) => conv2d(x, w),
      shapes: [
        [2, 2, 3, 3],
        [2, 2, 2, 2],
      ],
    },
    'conv2d with stride, padding and bias': {
      f: (x, w, bias) => conv2d(x, w, { stride: 2, padding: 1, bias: bias }),
      shapes: [[1, 2, 4, 3], [2, 2, 3, 2], [2]],
    },
    'conv2d, dilated': {
      f: (x, w) => conv2d(x, w, { dilation: [2, 1] }),
      shapes: [
        [1, 1, 5, 3],
        [2, 1, 2, 2],
      ],
    },
    'conv2d, depthwise': {
      f: (x, w) => conv2d(x, w, { groups: 2, padding: 'same' }),
      shapes: [
        [1, 2, 3, 3],
        [2, 1, 3, 3],
      ],
    },
    'conv1d, then a nonlinearity': {
      f: (x, w) => conv1d(x, w, { stride: 2 }).tanh(),
      shapes: [
        [2, 2, 5],
        [1, 2, 3],
      ],
    },
    'transposed convolution': {
      f: (x, w) => convTranspose2d(x, w, { stride: 2 }),
      shapes: [
        [1, 2, 2, 2],
        [2, 1, 2, 3],
      ],
    },
  },
  pooling: {
    'max pooling': { f: (x) => maxPool2d(x, { kernelSize: 2 }).square(), shapes: [[1, 2, 4, 4]] },
    'max pooling with overlap and padding': {
      f: (x) => maxPool2d(x, { kernelSize: 3, stride: 1, padding: 1 }).square(),
      shapes: [[1, 1, 3, 3]],
    },
    'average pooling': { f: (x) => avgPool2d(x, { kernelSize: 2 }).square(), shapes: [[1, 2, 4, 4]] },
    'average pooling that ignores padding': {
      f: (x) => avgPool2d(x, { kernelSize: 3, stride: 1, padding: 1, countIncludePad: false }).square(),
      shapes: [[1, 1, 3, 3]],
    },
  },
  movement: {
    'constant padding': {
      f: (x) =>
        pad(x, [
          [1, 2],
          [0, 1],
        ]).square(),
      shapes: [[2, 3]],
    },
    'reflect padding': {
      f: (x) =>
        pad(
          x,
          [
            [1, 2],
            [2, 1],
          ],
          { mode: 'reflect' },
        ).square(),
      shapes: [[3, 3]],
    },
    'replicate padding': {
      f: (x) =>
        pad(
          x,
          [
            [1, 2],
            [2, 1],
          ],
          { mode: 'replicate' },
        ).square(),
      shapes: [[3, 3]],
    },
    'slices with steps and from the end': { f: (x) => x.at([null, null, 2], -1).square(), shapes: [[5, 3]] },
    'concat, stack and split': {
      f: (a, b) => {
        const [first, second] = concat([a, b], 1).split(2, { axis: 1 }) as [Tensor, Tensor]
        return stack([first.mul(second), a.square()], 1)
      },
      shapes: [
        [2, 2],
        [2, 2],
      ],
    },
    'flip, roll, tile and triangles': {
      f: (x) =>
        x
          .flip(0)
          .mul(x.roll(1, { axis: 1 }))
          .tril()
          .matmul(x.tile(1, 2)),
      shapes: [[3, 3]],
    },
  },
  indexing: {
    'gather with repeated indices': {
      f: (x) =>
        gather(
          x,
          1,
          index([
            [0, 0, 2],
            [1, 2, 2],
          ]),
        ).square(),
      shapes: [[2, 3]],
    },
    'scatterAdd with repeated indices': {
      f: (x) =>
        scatterAdd(
          x,
          index([
            [2, 0, 2],
            [1, 1, 1],
          ]),
          1,
          3,
        ).square(),
      shapes: [[2, 3]],
    },
    'indexSelect, sort and topk': {
      f: (x) =>
        x
          .indexSelect(0, index([2, 0, 2]))
          .sort()
          .values.mul(x.topk(2).values.sum()),
      shapes: [[3, 3]],
    },
    'a condition computed from x': { f: (x) => where(x.gt(0.2), x.pow(3), x.sin()), shapes: [[6]] },
    'floor division and remainder': {
      f: (x) => x.square().mul(x.floorDivide(0.7)).add(x.remainder(0.7).square()),
      shapes: [[6]],
    },
  },
  contractions: {
    'matmul of squares': {
      f: (a, b) => matmul(a, b).square(),
      shapes: [
        [3, 3],
        [3, 3],
      ],
    },
    'matmul, batch axes broadcasting': {
      f: (a, b) => matmul(a, b),
      shapes: [
        [2, 1, 2, 3],
        [3, 3, 2],
      ],
    },
    'a batch of matrices times one': {
      f: (a, b) => matmul(a, b),
      shapes: [
        [2, 2, 3],
        [3, 2],
      ],
    },
    'one matrix times a batch': {
      f: (a, b) => matmul(a, b),
      shapes: [
        [2, 3],
        [2, 3, 2],
      ],
    },
    'vectors on either side': {
      f: (v, m) => v.matmul(m).matmul(v),
      shapes: [[3], [3, 3]],
    },
    'einsum: attention scores': {
      f: (q, k) => einsum('bqhd,bkhd->bhqk', q, k).softmax(),
      shapes: [
        [1, 2, 2, 2],
        [1, 3, 2, 2],
      ],
    },
    'einsum: a trace, and three factors': {
      f: (a, b) => einsum('ii', a).mul(einsum('ij,jk,kl->il', a, b, a)),
      shapes: [
        [2, 2],
        [2, 2],
      ],
    },
    'prod, also where an element is 0': {
      f: (x) =>
        x
          .mul(tensor([1, 0, 1], { dtype: 'f64' }))
          .add(x.sum())
          .prod()
          .add(x.prod({ axis: 0 })),
      shapes: [[3]],
    },
    'cumsum both ways, and an outer product': {
      f: (x) => x.cumsum({ axis: 0 }).outer(x.cumsum({ axis: 0, reverse: true })),
      shapes: [[3]],
    },
    'max and min over an axis': { f: (x) => x.max({ axis: 0 }).mul(x.min({ axis: 1 })), shapes: [[3, 3]] },
    'broadcasting in every direction': {
      f: (a, b) => a.mul(b).div(b.square().add(1)).sub(a),
      shapes: [
        [3, 1],
        [2, 1, 3],
      ],
    },
  },
}

for (const [family, cases] of Object.entries(families)) {
  describe(`${family}: first and second order`, () => {
    for (const [name, { f, shapes }] of Object.entries(cases)) {
      test(name, () =>
        gradcheck(
          f,
          shapes.map((shape, i) => irregular(shape, i)),
        ),
      )
    }
  })
}
