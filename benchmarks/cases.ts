import { add, conv, grad, matmul, mul, ones, realize, sum, type Tensor, tanh } from '@samkit/core'
import type { Case } from './suite.ts'

/** A perceptron's parameters: `[in, out]` weights and `[out]` biases, layer by layer. */
const layers = [64, 64, 64, 10].map((width) => ({
  weight: ones([64, width]),
  bias: ones([width]),
}))

const loss = (params: typeof layers, x: Tensor): Tensor =>
  sum(params.reduce((h, { weight, bias }) => tanh(add(matmul(h, weight), bias)), x))

const gradient = grad(loss)
const leavesOf = (params: typeof layers): Tensor[] => params.flatMap(({ weight, bias }) => [weight, bias])

const example = ones([1, 64])
const square = ones([256, 256])
const image = ones([8, 16, 28, 28])
const kernel = ones([16, 16, 3, 3])
const samePadding = {
  stride: [1, 1],
  padding: [
    [1, 1],
    [1, 1],
  ],
  dilation: [1, 1],
  inputDilation: [1, 1],
  groups: 1,
} as const
const vector = ones([1_000_000])

/** What is timed: what a step costs beside its arithmetic, and the arithmetic of the default backend. */
export const cases: readonly Case[] = [
  {
    title: 'build the gradient of a 4-layer perceptron',
    run: async () => void gradient(layers, example),
  },
  {
    title: 'build it, find its plan, run it on one example',
    run: () => realize(...leavesOf(gradient(layers, example))),
  },
  {
    title: 'matmul [256, 256] x [256, 256]',
    run: () => realize(matmul(square, square)),
  },
  {
    title: 'conv [8, 16, 28, 28] with [16, 16, 3, 3], padding 1',
    run: () => realize(conv(image, kernel, samePadding)),
  },
  {
    title: 'x * x + x, a million elements',
    run: () => realize(add(mul(vector, vector), vector)),
  },
]
