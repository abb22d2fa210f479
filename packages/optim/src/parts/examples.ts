import type { Tensor } from '@samkit/core'
import type { Evaluation, Objective, Pass, Passes } from '../method.ts'
import { scaled } from './tree.ts'

/** What is known at the parameters, before anything is perturbed. */
export interface First<P> {
  /** A pass over the whole batch at the parameters: for the report, and for the buffers. */
  readonly clean: Pass
  /** Its mean loss. */
  readonly loss: Tensor
  /** The gradient to perturb along. */
  readonly here: Evaluation<P>
  /** The examples that gradient was taken on; null for all. */
  readonly rows: Tensor | null
  readonly passes: Passes
}

/** The gradient at the perturbed parameters. */
export interface Second<P> {
  readonly there: Evaluation<P>
  /** The mean loss there, over all examples that a pass looked at. */
  readonly loss: Tensor
  /** The examples it was taken on; null for all. */
  readonly rows: Tensor | null
  readonly passes: Passes
}

/** Which examples the two gradients of a step look at. */
export interface Examples {
  first<P>(objective: Objective<P>, params: P): First<P>
  second<P>(objective: Objective<P>, perturbed: P, first: First<P>): Second<P>
}

const one: Passes = { forward: 1, backward: 1 }

function wholeFirst<P>(objective: Objective<P>, params: P): First<P> {
  const here = objective.gradient(params)
  return { clean: here, loss: here.loss, here, rows: null, passes: one }
}

function wholeSecond<P>(objective: Objective<P>, perturbed: P): Second<P> {
  const there = objective.gradient(perturbed)
  return { there, loss: there.loss, rows: null, passes: one }
}

/** The whole batch, both times. */
export const allExamples: Examples = { first: wholeFirst, second: wholeSecond }

/** What the mean of the chosen examples' gradients is divided by. */
export type SubsetMean = 'subset' | 'batch'

/**
 * The k examples of largest loss, both times; a forward pass over the batch ranks them (Ni et al., 2022). At ties the
 * earlier ones win. Where k is the whole batch there is nothing to rank.
 */
export function topLoss(k: (size: number) => number, mean: SubsetMean): Examples {
  return {
    first: (objective, params) => {
      const count = k(objective.size)
      if (count >= objective.size) return wholeFirst(objective, params)
      const clean = objective.forward(params)
      const losses = clean.losses()
      const rows = losses.topk(count).indices
      const share = count / objective.size
      const here = objective.gradient(params, { rows })
      return { clean, loss: losses.mean(), here, rows, passes: { forward: 1 + share, backward: share } }
    },
    second: (objective, perturbed, { rows }) => {
      if (rows === null) return wholeSecond(objective, perturbed)
      const share = rows.size / objective.size
      const there = objective.gradient(perturbed, { rows })
      const grads = mean === 'subset' ? there.grads : scaled(there.grads, share)
      return {
        there: { ...there, grads },
        loss: there.loss,
        rows,
        passes: { forward: share, backward: share },
      }
    },
  }
}

/**
 * The whole batch for the perturbation; for the step the share γ of it whose loss the perturbation raises most, found by
 * a forward pass (Du et al., 2022, sharpness-sensitive data selection). At least one example; at ties the earlier ones.
 */
export function mostSensitive(gamma: number): Examples {
  return {
    first: wholeFirst,
    second: (objective, perturbed, first) => {
      // Without the subtraction 0.1 · 30 would be 4 examples.
      const count = Math.min(objective.size, Math.max(1, Math.ceil(gamma * objective.size - 1e-9)))
      if (count === objective.size) return wholeSecond(objective, perturbed)
      const losses = objective.forward(perturbed).losses()
      const rise = losses.sub(first.here.losses())
      const rows = rise.topk(count).indices
      const share = count / objective.size
      const there = objective.gradient(perturbed, { rows })
      return { there, loss: losses.mean(), rows, passes: { forward: 1 + share, backward: share } }
    },
  }
}
