import { loadavg } from 'node:os'
import type { Page } from 'playwright'
import { format } from '../suite.ts'
import type { Entrant, First } from './page-types.ts'

/** How long one contestant took for one workload; null where it could not. */
export interface GpuTiming extends First {
  readonly contestant: string
  /** Milliseconds from arrays on the host to arrays on the host. */
  readonly call: Times | null
  /** Milliseconds of one repetition more, the values staying on the device. */
  readonly resident: Times | null
}

/** Milliseconds at best and in the middle. */
export interface Times {
  readonly best: number
  readonly median: number
  readonly samples: number
}

/** All that was measured of one workload. */
export interface GpuRow {
  readonly name: string
  readonly title: string
  /** How many repetitions more the longer run had. */
  readonly more: number
  /** Runnable programs on the machine, on average over a minute, as it was measured. */
  readonly load: number
  readonly timings: readonly GpuTiming[]
}

/** How long to measure. */
export interface Effort {
  readonly rounds: number
  /** Seconds for each contestant in each round. */
  readonly seconds: number
}

const middle = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? 0

function timesOf(samples: readonly number[]): Times | null {
  if (samples.length === 0) return null
  return { best: Math.min(...samples), median: middle(samples), samples: samples.length }
}

/** What a repetition more takes: the difference of two runs, of the best of each and of those in the middle. */
function difference(short: Times | null, long: Times | null, more: number): Times | null {
  if (short === null || long === null) return null
  const per = (key: 'best' | 'median'): number => Math.max(0, (long[key] - short[key]) / more)
  return { best: per('best'), median: per('median'), samples: long.samples }
}

/** What was measured of a contestant so far. */
interface Try {
  readonly contestant: string
  readonly first: First
  reason: string | null
  readonly short: number[]
  readonly long: number[]
}

/** Takes samples for about `seconds`: a run of one repetition and a longer one in turns. */
async function sampled(page: Page, one: Try, more: number, seconds: number): Promise<void> {
  const sample = (repetitions: number): Promise<number> =>
    page.evaluate(([who, times]) => bench.sample(who, times), [one.contestant, repetitions] as const)
  const until = performance.now() + 1000 * seconds
  try {
    do {
      one.short.push(await sample(1))
      one.long.push(await sample(1 + more))
    } while (performance.now() < until)
  } catch (error) {
    one.reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  }
}

/** Times a workload, contestant after contestant and round after round: all meet the machine in the same moods. */
export async function measureRow(
  page: Page,
  entrants: readonly Entrant[],
  name: string,
  { rounds, seconds }: Effort,
): Promise<GpuRow> {
  const { title, more } = await page.evaluate((workload) => bench.choose(workload), name)
  const tries: Try[] = []
  for (const { name: contestant, reason } of entrants) {
    const first: First =
      reason === null
        ? await page.evaluate((who) => bench.first(who), contestant)
        : { milliseconds: null, error: null, again: null, reason }
    const told = first.reason ?? `${format(first.milliseconds ?? 0)} ms`
    console.log(`  ${contestant}: ${told} at first`)
    // What takes long is measured once, after it was compiled.
    const short = first.again === null ? [] : [first.again]
    tries.push({ contestant, first, reason: first.reason, short, long: [] })
  }
  for (let round = 0; round < rounds; round++) {
    for (const one of tries) {
      if (one.reason === null && one.first.again === null) await sampled(page, one, more, seconds)
    }
  }
  const timings = tries.map(({ contestant, first, reason, short, long }): GpuTiming => {
    const call = timesOf(short)
    return { contestant, ...first, reason, call, resident: difference(call, timesOf(long), more) }
  })
  return { name, title, more, load: loadavg()[0] ?? 0, timings }
}
