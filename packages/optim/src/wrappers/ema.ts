import type { Tensor } from '@samkit/core'
import { type Method, plain } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { mapTrees } from '../parts/tree.ts'
import { checkRange, planInput, type Schedule, valueAt } from '../schedule.ts'

/** Options of {@link withEma}. */
export interface EmaOptions {
  /**
   * How much of the average stays at a step, in [0, 1); a number or a function of the step, such as
   * `(step) => Math.min(0.999, (1 + step) / (10 + step))`, which lets it follow quickly at first. Default 0.999.
   */
  readonly decay?: Schedule
}

/**
 * A method that also keeps an exponential moving average of the weights, in the slot `ema`: `ema ← d ema + (1 - d) w` after
 * each step, beginning with the first weights. Training does not see it; evaluate with
 * `run.predict(inputs, run.slots.ema)`.
 *
 * @throws RangeError when the decay is outside [0, 1).
 */
export function withEma(way: Method | Optimizer, { decay = 0.999 }: EmaOptions = {}): Method {
  checkRange('withEma', 'decay', decay, 0, 1)
  const method = 'update' in way ? plain(way) : way
  return {
    name: method.name,
    init: (params) => {
      const state = method.init(params)
      return { ...state, slots: { ...state.slots, ema: params } }
    },
    step: (params, { base, slots: { ema = params, ...slots } }, objective) => {
      const next = method.step(params, { base, slots }, objective)
      const kept = planInput(valueAt(decay, base.step))
      const averaged = mapTrees(
        ([average, w]) => {
          const [old, now] = [average as Tensor, w as Tensor]
          return old.add(now.sub(old).mul(kept(old.dtype).neg().add(1)))
        },
        ema,
        next.params,
      )
      return { ...next, state: { ...next.state, slots: { ...next.state.slots, ema: averaged } } }
    },
  }
}
