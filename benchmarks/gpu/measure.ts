import { loadavg } from 'node:os'
import type { Page } from 'playwright'
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

/** Times a workload, contestant after contestant and round after round: all meet the machine in the same moods. */
export async function measureRow(
  page: Page,
  entrants: readonly Entrant[],
  name: string,
  { rounds, seconds }: Effort,
): Promise<GpuRow> {
  const { title, more } = await page.evaluate((workload) => bench.choose(workload), name)
  const able: { name: string; short: number[]; long: number[] }[] = []
  const firsts = new Map<string, First>()
  for (const entrant of entrants) {
    const first: First =
      entrant.reason === null
        ? await page.evaluate((contestant) => bench.first(contestant), entrant.name)
        : { milliseconds: null, error: null, reason: entrant.reason }
    firsts.set(entrant.name, first)
    if (first.reason === null) able.push({ name: entrant.name, short: [], long: [] })
  }
  const sample = (contestant: string, repetitions: number): Promise<number> =>
    page.evaluate(([who, times]) => bench.sample(who, times), [contestant, repetitions] as const)
  for (let round = 0; round < rounds; round++) {
    for (const { name: contestant, short, long } of able) {
      const until = performance.now() + 1000 * seconds
      do {
        short.push(await sample(contestant, 1))
        long.push(await sample(contestant, 1 + more))
      } while (performance.now() < until)
    }
  }
  const timings = entrants.map(({ name: contestant }): GpuTiming => {
    const first = firsts.get(contestant) ?? { milliseconds: null, error: null, reason: 'no answer' }
    const samples = able.find((one) => one.name === contestant)
    const [call, long] = [timesOf(samples?.short ?? []), timesOf(samples?.long ?? [])]
    return { contestant, ...first, call, resident: difference(call, long, more) }
  })
  return { name, title, more, load: loadavg()[0] ?? 0, timings }
}
