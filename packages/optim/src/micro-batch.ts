import { concat, type Tensor } from '@samkit/core'
import type { Evaluation, Objective, Pass } from './method.ts'
import { weightedMean } from './parts/tree.ts'

/**
 * The same objective, evaluated at most `size` examples at a time: losses and gradients are the exact ones of the whole
 * batch (gradient accumulation), for the memory of a piece. Batch normalisation sees a piece at a time, and its running
 * statistics move once, by the mean of the pieces' statistics. Dropout draws anew for each piece.
 */
export function accumulated<P>(objective: Objective<P>, size: number): Objective<P> {
  const parts = objective.parts(size)
  const shares = parts.map((part) => part.size / objective.size)
  return {
    ...objective,
    gradient: (params, { rows, weights } = {}) => {
      if (rows !== undefined) {
        const pieces = rows.split(size)
        const evaluations = pieces.map((piece) => objective.gradient(params, { rows: piece }))
        return joined(
          evaluations,
          pieces.map((piece) => piece.size / rows.size),
        )
      }
      const pieceWeights = weights?.split(size)
      return joined(
        parts.map((part, i) => {
          const own = pieceWeights?.[i]
          return part.gradient(params, own === undefined ? {} : { weights: own })
        }),
        shares,
      )
    },
    forward: (params) =>
      joinedPass(
        parts.map((part) => part.forward(params)),
        shares,
      ),
    parts: (most) => objective.parts(most).map((part) => (part.size > size ? accumulated(part, size) : part)),
  }
}

function joinedPass(passes: readonly Pass[], shares: readonly number[]): Pass {
  return {
    outputs: concat(
      passes.map(({ outputs }) => outputs),
      0,
    ),
    buffers: weightedMean(
      passes.map(({ buffers }) => buffers),
      shares,
    ),
    losses: () =>
      concat(
        passes.map((pass) => pass.losses()),
        0,
      ),
  }
}

function joined<P>(evaluations: readonly Evaluation<P>[], shares: readonly number[]): Evaluation<P> {
  const pieceOf = (weights: Tensor): readonly Tensor[] =>
    weights.split(evaluations.map(({ outputs }) => outputs.shape[0] ?? 0))
  return {
    ...joinedPass(evaluations, shares),
    loss: weightedMean(
      evaluations.map(({ loss }) => loss),
      shares,
    ),
    grads: weightedMean(
      evaluations.map(({ grads }) => grads),
      shares,
    ),
    weighted: (weights) => {
      const pieces = pieceOf(weights)
      return weightedMean(
        evaluations.map((evaluation, i) => evaluation.weighted(pieces[i] as Tensor)),
        shares,
      )
    },
  }
}
