import { type Tensor, zeros } from '@samkit/core'
import type { Optimizer, OptimizerState } from './optimizer.ts'
import { globalNorm } from './parts/norm.ts'

/** A forward pass over a batch. */
export interface Pass {
  /** What the model gave for the batch, such as logits `[N, C]`. */
  readonly outputs: Tensor
  /** The buffers this pass reports, by path: running statistics of normalisation layers. */
  readonly buffers: Readonly<Record<string, Tensor>>
  /** The loss of each example, `[N]`, from the same outputs: costs no further pass. No gradient passes. */
  losses(): Tensor
}

/** The loss of a batch at some parameters, with its gradient. */
export interface Evaluation<P> extends Pass {
  /** The mean loss, a scalar. */
  readonly loss: Tensor
  /** Its gradient, a tree like the parameters. */
  readonly grads: P
  /**
   * The gradient of the mean of weight times loss over the examples, from the same forward pass: costs one more backward
   * pass. `weights` is `[N]`.
   */
  weighted(weights: Tensor): P
}

/** Which part of the batch an evaluation looks at. */
export interface Selection {
  /** `[k]` in `i32`: only these examples, in this order. Default: all. */
  readonly rows?: Tensor
  /** `[N]`: the loss is the mean of weight times loss over the examples. Default: all 1. */
  readonly weights?: Tensor
}

/** What one batch offers a method: each question is an expression in the graph, and may be asked at any parameters. */
export interface Objective<P> {
  /** Number of examples N. */
  readonly size: number
  /** What is expected of the examples: `[N]` class indices in `i32`, or whatever the loss takes. */
  readonly targets: Tensor
  /** The random key of this step. All evaluations draw the same from it; what a method draws itself, it folds in first. */
  readonly key: Tensor
  /** Loss and gradient at `params`. Every evaluation of a step sees the same batch and the same random key. */
  gradient(params: P, selection?: Selection): Evaluation<P>
  /** A forward pass at `params`, without a gradient. */
  forward(params: P): Pass
  /** The batch in consecutive pieces of at most `size` examples; the objective itself where one piece is enough. */
  parts(size: number): readonly Objective<P>[]
}

/** What a method remembers between steps. */
export interface MethodState<P> {
  /** The state of the optimizer below. */
  readonly base: OptimizerState<P>
  /** Trees like the parameters that the method itself keeps, by name. */
  readonly slots: Readonly<Record<string, P>>
}

/** How many passes over the whole batch something cost; a pass over half of it counts one half. */
export interface Passes {
  readonly forward: number
  readonly backward: number
}

/** What a step tells about itself, beside the new parameters. */
export interface StepReport {
  /** The mean loss at the parameters before the step. */
  readonly loss: Tensor
  /** ‖g‖ at the parameters before the step. */
  readonly gradNorm: Tensor
  /** ‖ε‖, 0 where a step does not perturb. */
  readonly perturbationNorm: Tensor
  /** The mean loss at w + ε, over the examples that were looked at there; where a step does not perturb, the loss. */
  readonly perturbedLoss: Tensor
  /** The norm of the gradient that the base optimizer was handed. */
  readonly finalNorm: Tensor
  /** The model's outputs at the parameters before the step. */
  readonly outputs: Tensor
  /** The buffers to keep: those of the pass at the parameters before the step. */
  readonly buffers: Pass['buffers']
  /** `[k]` in `i32`: the examples that the last gradient was taken on; null where it was all of them. */
  readonly chosen: Tensor | null
  /** How many passes over the batch the step cost. */
  readonly passes: Passes
}

/** New parameters and state, and the report. */
export interface MethodStep<P> {
  readonly params: P
  readonly state: MethodState<P>
  readonly report: StepReport
}

/**
 * A way to make one step of training from an objective. It owns the step, because it may ask for the loss more than once;
 * it changes nothing in place, so a step that throws leaves everything as it was.
 */
export interface Method {
  readonly name: string
  init<P>(params: P): MethodState<P>
  step<P>(params: P, state: MethodState<P>, objective: Objective<P>): MethodStep<P>
}

/** What passes cost, with one step of plain gradient descent as 1: a backward pass counts as two forward passes. */
export function costOf({ forward, backward }: Passes): number {
  return (forward + 2 * backward) / 3
}

/** The optimizer by itself: one gradient a step. */
export function plain(base: Optimizer): Method {
  return {
    name: base.name,
    init: (params) => ({ base: base.init(params), slots: {} }),
    step: (params, state, objective) => {
      const { loss, grads, outputs, buffers } = objective.gradient(params)
      const updated = base.update(params, grads, state.base)
      const gradNorm = globalNorm(grads)
      return {
        params: updated.params,
        state: { base: updated.state, slots: {} },
        report: {
          loss,
          gradNorm,
          perturbationNorm: zeros([]),
          perturbedLoss: loss,
          finalNorm: gradNorm,
          outputs,
          buffers,
          chosen: null,
          passes: { forward: 1, backward: 1 },
        },
      }
    },
  }
}
