import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { type AdaptiveBallOptions, adaptiveBall } from '../parts/adaptive-ball.ts'
import { globalNorm } from '../parts/norm.ts'
import { l2Ball } from '../parts/perturbation.ts'
import { restricted } from '../parts/restricted.ts'
import { subtracted } from '../parts/tree.ts'
import { checkRange, type Schedule } from '../schedule.ts'
import { overBase, type SharpnessOptions } from '../sharpness-aware.ts'

/** Options of {@link momentumSam}. */
export interface MomentumSamOptions extends SharpnessOptions {
  /**
   * Radius ρ, at least 0; a number or a function of the step. Default 3, the authors' for CIFAR and for ViTs; about ten times
   * SAM's. They take 0.3 for a ResNet-50 on ImageNet, and for ViTs 0 during the learning rate's warm-up (66.1 % against
   * 69.1 % without; table A.2).
   */
  readonly rho?: Schedule
  /** Measure the ball relative to the weights, as ASAM does (the paper's adaptive variant). Default: not. */
  readonly adaptive?: AdaptiveBallOptions
}

/**
 * Momentum-SAM (Becker, Altrock, Risse, 2024, Algorithm 1) over any base optimizer with momentum v, such as SGD's buffer or
 * Adam's first moment:
 *
 *     ε ← -ρ v / ‖v‖
 *     g ← ∇L(w + ε)
 *     w ← base(w, g)
 *
 * Against the momentum the loss of a new batch rises, since the last step went too far along it. One gradient a step: the
 * cost of the base optimizer. Over a base without momentum v is the last gradient; before the first step it is 0. The
 * parameters are the unperturbed ones at all times.
 *
 * Nothing is evaluated at w: loss, gradient norm, outputs and buffers such as running statistics are those at w + ε. The
 * authors recompute the running statistics after training.
 *
 * @throws RangeError when ρ is negative.
 */
export function momentumSam(
  base: Optimizer,
  { rho = 3, adaptive, ...shared }: MomentumSamOptions = {},
): Method {
  checkRange('momentum-sam', 'rho', rho, 0)
  const whole = adaptive === undefined ? l2Ball(rho) : adaptiveBall(rho, adaptive)
  const ball = restricted('momentum-sam', whole, shared)
  const { momentum } = base
  return overBase(base, {
    name: 'momentum-sam',
    slots: momentum === null ? ['last'] : [],
    find: ({ params, objective, step, base: { slots: ofBase }, slots }) => {
      const v = momentum === null ? slots.last : ofBase[momentum]
      if (v === undefined)
        throw new Error(`momentum-sam: the state of ${base.name} has no ${momentum ?? 'last'}`)
      const back = ball(params, v, { step, key: objective.key })
      const { grads, loss, outputs, buffers } = objective.gradient(subtracted(params, back))
      return {
        grads,
        slots: momentum === null ? { last: grads } : {},
        report: {
          loss,
          gradNorm: globalNorm(grads),
          perturbationNorm: globalNorm(back),
          perturbedLoss: loss,
          outputs,
          buffers,
          chosen: null,
          passes: { forward: 1, backward: 1 },
        },
      }
    },
    ...shared,
  })
}
