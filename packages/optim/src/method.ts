import { type Tensor, zeros } from '@samkit/core'
import type { Optimizer, OptimizerState } from './optimizer.ts'
import { globalNorm } from './parts/norm.ts'

/** The loss of a batch at some parameters, with its gradient. */
export interface Evaluation<P> {
  /** The mean loss, a scalar. */
  readonly loss: Tensor
  /** Its gradient, a tree like the parameters. */
  readonly grads: P
  /** What the model gave for the batch, such as logits `[N, C]`. */
  readonly outputs: Tensor
  /** The buffers this pass reports, by path: running statistics of normalisation layers. */
  readonly buffers: Readonly<Record<string, Tensor>>
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
  /** Loss and gradient at `params`. Every evaluation of a step sees the same batch and the same random key. */
  gradient(params: P, selection?: Selection): Evaluation<P>
  /** The loss of each example at `params`, shape `[N]`: a forward pass only. No gradient passes. */
  losses(params: P): Tensor
}

/** What a method remembers between steps. */
export interface MethodState<P> {
  /** The state of the optimizer below. */
  readonly base: OptimizerState<P>
  /** Trees like the parameters that the method itself keeps, by name. */
  readonly slots: Readonly<Record<string, P>>
}

/** What a step tells about itself, beside the new parameters. */
export interface StepReport {
  /** The mean loss at the parameters before the step, never at the perturbed ones. */
  readonly loss: Tensor
  /** ‖g‖ at the parameters before the step. */
  readonly gradNorm: Tensor
  /** ‖ε‖, 0 for methods that do not perturb. */
  readonly perturbationNorm: Tensor
  /** The model's outputs at the parameters before the step. */
  readonly outputs: Tensor
  /** The buffers to keep: those of the pass at the parameters before the step. */
  readonly buffers: Evaluation<unknown>['buffers']
  /** How many passes over the batch the step cost. */
  readonly passes: { readonly forward: number; readonly backward: number }
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

/** The optimizer by itself: one gradient a step. */
export function plain(base: Optimizer): Method {
  return {
    name: base.name,
    init: (params) => ({ base: base.init(params), slots: {} }),
    step: (params, state, objective) => {
      const { loss, grads, outputs, buffers } = objective.gradient(params)
      const updated = base.update(params, grads, state.base)
      return {
        params: updated.params,
        state: { base: updated.state, slots: {} },
        report: {
          loss,
          gradNorm: globalNorm(grads),
          perturbationNorm: zeros([]),
          outputs,
          buffers,
          passes: { forward: 1, backward: 1 },
        },
      }
    },
  }
}
