import type { Contestant } from './contestant.ts'
import { channelsLast } from './layout.ts'
import type { HostTensor, Workload } from './workload.ts'

/** What the results ought to be, one array for each tensor of the state, with channels first. */
export type Truth = readonly Float32Array[]

/**
 * How far a contestant is off: the greatest difference, over the greatest change that the truth makes to a tensor (or over
 * its greatest element, where the work maps it to something else). Infinity where shapes differ or a number is none.
 */
export function distance(
  { channels }: Contestant,
  { state, work }: Workload,
  truth: Truth,
  results: readonly Float32Array[],
): number {
  if (results.length !== truth.length) return Infinity
  let worst = 0
  for (const [i, tensor] of state.entries()) {
    const own = (data: Float32Array): Float32Array => {
      const host: HostTensor = { ...tensor, data: new Float32Array(data) }
      return channels === 'last' ? channelsLast(host).data : data
    }
    const [want, was, got] = [own(truth[i] ?? tensor.data), own(tensor.data), results[i]]
    if (got === undefined || got.length !== want.length) return Infinity
    let [difference, scale] = [0, 0]
    for (let j = 0; j < want.length; j++) {
      const [expected = 0, found = 0] = [want[j], got[j]]
      if (!Number.isFinite(found)) return Infinity
      difference = Math.max(difference, Math.abs(found - expected))
      scale = Math.max(scale, Math.abs(work.kind === 'map' ? expected : expected - (was[j] ?? 0)))
    }
    // A parameter that hardly changes says nothing beyond the rounding of its own numbers.
    if (difference > 1e-6) worst = Math.max(worst, difference / Math.max(scale, 1e-6))
  }
  return worst
}

/** From here on a contestant is wrong rather than rounding in another order. */
export const tolerance = 1e-2
