import type { Limits } from './limits.ts'
import type { Row, Timing } from './measure.ts'

/** What a row comes to. Ratios and shares are null where nothing can be said. */
export interface Figures {
  /** How many times faster samkit's best run is than the best of the faster peer. */
  readonly ratio: number | null
  /** GFLOP/s or GB/s of samkit's best run. */
  readonly speed: number | null
  /** That as a share of what the machine can do with two threads. */
  readonly share: number | null
  readonly target: string
  readonly reached: boolean | null
}

/** Matrix products reached about this many GFLOP/s with two threads where the targets for steps were set (see NOTES.md). */
const rateOfTargets = 60

const timesOf = (row: Row): { readonly own: Timing | undefined; readonly peers: readonly number[] } => ({
  own: row.timings.find(({ contestant }) => contestant === 'samkit'),
  peers: row.timings.flatMap(({ contestant, best }) =>
    contestant === 'samkit' || best === null ? [] : [best],
  ),
})

/** The fastest matrix product of a run, GFLOP/s. */
export function productRate(rows: readonly Row[]): number {
  const rates = rows.flatMap((row) => {
    const best = timesOf(row).own?.best
    const { operations } = row.workload
    return best == null || operations === null ? [] : [operations / best / 1e6]
  })
  return Math.max(0, ...rates)
}

/** Works out a row's ratios and shares. */
export function figuresOf(row: Row, limits: Limits, product: number): Figures {
  const { own, peers } = timesOf(row)
  const best = own?.best ?? null
  const ratio = best === null || peers.length === 0 ? null : Math.min(...peers) / best
  const { operations, bytes, milliseconds } = row.workload
  if (best === null) return { ratio, speed: null, share: null, target: '', reached: null }
  if (operations !== null) {
    const speed = operations / best / 1e6
    // The best that was seen: what else ran may have kept the loop from its rate at one time or another.
    const share = speed / Math.max(limits.rate[1], row.rate[1])
    return { ratio, speed, share, target: '≥ 80 %, ≥ 1.8 ×', reached: share >= 0.8 && (ratio ?? 0) >= 1.8 }
  }
  if (bytes !== null) {
    const speed = bytes / best / 1e6
    const share = speed / Math.max(limits.copy[1], limits.copy[0])
    return { ratio, speed, share, target: '≥ 70 %', reached: share >= 0.7 }
  }
  const scaled = product > 0 && milliseconds !== null ? (milliseconds * rateOfTargets) / product : null
  const target = `≤ ${milliseconds} ms${scaled === null ? '' : `, here ${scaled.toFixed(0)}`}`
  return { ratio, speed: null, share: null, target, reached: scaled === null ? null : best <= scaled }
}
