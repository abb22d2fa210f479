import { key, type Tensor, tensor, treeLeaves } from '@samkit/core'
import type { Objective } from '../method.ts'
import { type Batch, batchObjective, type Loss, type Model } from '../objective.ts'

/*
 * A network small enough to write its gradient by hand, once as samkit sees it and once in plain loops:
 * prediction = v · tanh(x W + b), loss of an example = (prediction - y)².
 */

export interface Params {
  readonly w: Tensor
  readonly b: Tensor
  readonly v: readonly Tensor[]
}

export const model: Model<Params> = {
  init: () => paramsOf([...Array(20).keys()]),
  apply: ({ w, b, v }, x) => x.matmul(w).add(b).tanh().matmul(v[0]!),
}

export const squared: Loss = (outputs, targets, { reduction } = { reduction: 'mean' }) => {
  const each = outputs.sub(targets).square()
  return reduction === 'none' ? each : each.mean()
}

const [ins, hidden] = [3, 4]

/** How many numbers each tensor of the parameters has, in order. */
export const sizes = [ins * hidden, hidden, hidden] as const
const count = sizes[0] + sizes[1] + sizes[2]

/** A tree of parameters from its numbers in order. */
export function paramsOf(values: readonly number[]): Params {
  const f64 = (from: number, to: number, shape: readonly number[]): Tensor =>
    tensor(values.slice(from, to), { shape, dtype: 'f64' })
  return { w: f64(0, 12, [ins, hidden]), b: f64(12, 16, [hidden]), v: [f64(16, 20, [hidden])] }
}

/** All numbers of a tree in order. */
export async function numbersOf(tree: unknown): Promise<number[]> {
  const arrays = await Promise.all(treeLeaves(tree).map(({ tensor: t }) => t.data()))
  return arrays.flatMap((values) => [...values])
}

export type Vector = readonly number[]

export interface Problem {
  readonly x: readonly Vector[]
  readonly y: Vector
  readonly start: Vector
}

/** Random data and random parameters to begin with. */
export function problemOf(seed: number, examples = 6): Problem {
  let state = seed
  // Mulberry32, for numbers that both sides see.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1
  }
  const vector = (n: number): number[] => Array.from({ length: n }, next)
  return { x: Array.from({ length: examples }, () => vector(ins)), y: vector(examples), start: vector(count) }
}

export function batchOf({ x, y }: Problem): Batch {
  return { inputs: tensor(x, { dtype: 'f64' }), targets: tensor(y, { dtype: 'f64' }) }
}

export function objectiveOf(
  problem: Problem,
  options: { microBatch?: number; seed?: number } = {},
): Objective<Params> {
  const { microBatch, seed = 0 } = options
  const rest = microBatch === undefined ? {} : { microBatch }
  return batchObjective(model, squared, batchOf(problem), { key: key(seed), buffers: {}, ...rest })
}

/** The loss of each example, in plain loops. */
export function plainLosses({ x, y }: Problem, p: Vector): number[] {
  return x.map((row, i) => (predict(p, row).prediction - y[i]!) ** 2)
}

function predict(p: Vector, row: Vector): { readonly h: number[]; readonly prediction: number } {
  const h = Array.from({ length: hidden }, (_, j) => {
    let sum = p[ins * hidden + j]!
    for (let i = 0; i < ins; i++) sum += row[i]! * p[i * hidden + j]!
    return Math.tanh(sum)
  })
  return { h, prediction: h.reduce((sum, value, j) => sum + value * p[ins * hidden + hidden + j]!, 0) }
}

/** The gradient of the mean of weight times loss over some examples, in plain loops. */
export function plainGradient(
  problem: Problem,
  p: Vector,
  rows?: readonly number[],
  weights?: Vector,
): number[] {
  const chosen = rows ?? problem.x.map((_, i) => i)
  const g = p.map(() => 0)
  for (const n of chosen) {
    const row = problem.x[n]!
    const { h, prediction } = predict(p, row)
    const slope = (2 * (prediction - problem.y[n]!) * (weights?.[n] ?? 1)) / chosen.length
    for (let j = 0; j < hidden; j++) {
      const back = slope * p[ins * hidden + hidden + j]! * (1 - h[j]! ** 2)
      for (let i = 0; i < ins; i++) g[i * hidden + j]! += back * row[i]!
      g[ins * hidden + j]! += back
      g[ins * hidden + hidden + j]! += slope * h[j]!
    }
  }
  return g
}
