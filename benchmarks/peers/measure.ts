import { type Answer, Child } from './child.ts'
import { arithmeticRate } from './limits.ts'
import type { Workload } from './workloads.ts'

/** How long one contestant took for one workload. */
export interface Timing {
  readonly contestant: string
  /** Milliseconds a run, at best and in the middle; null where it could not. */
  readonly best: number | null
  readonly median: number | null
  /** The first run, with everything that is compiled or looked up then. */
  readonly first: number | null
  readonly reason: string | null
}

/** All that was measured of one workload. */
export interface Row {
  readonly workload: Workload
  /** The machine's rate of vector arithmetic around this time, with one thread and two, GFLOP/s. */
  readonly rate: readonly [one: number, two: number]
  readonly timings: readonly Timing[]
}

/** A contestant that answers. */
export interface Entrant {
  readonly name: string
  readonly version: string
  readonly how: string
  readonly child: Child
}

/** Starts every contestant; one that cannot start is left out, and said so. */
export async function start(
  script: string,
  names: readonly string[],
  args: readonly string[],
): Promise<Entrant[]> {
  const entrants: Entrant[] = []
  for (const name of names) {
    const { child, ready } = await Child.start(script, ['--contestant', name, ...args])
    if (ready.kind === 'ready')
      entrants.push({ name: ready.name, version: ready.version, how: ready.how, child })
    else console.log(`${name} is left out: ${ready.kind === 'refusal' ? ready.reason : 'it did not start'}`)
  }
  return entrants
}

const middle = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? 0

function timing(contestant: string, answers: readonly Answer[]): Timing {
  const refusal = answers.find((answer) => answer.kind === 'refusal')
  const times = answers.flatMap((answer) => (answer.kind === 'times' ? [answer] : []))
  const samples = times.flatMap((answer) => answer.samples)
  if (samples.length === 0) {
    return { contestant, best: null, median: null, first: null, reason: refusal?.reason ?? 'no answer' }
  }
  return {
    contestant,
    best: Math.min(...samples),
    median: middle(samples),
    first: times[0]?.first ?? null,
    reason: null,
  }
}

/** Times a workload, contestant after contestant and round after round: all meet the machine in the same moods. */
export async function measure(
  entrants: readonly Entrant[],
  workload: Workload,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<Row> {
  const answers = entrants.map((): Answer[] => [])
  const rates: [number, number][] = []
  for (let round = 0; round < rounds; round++) {
    rates.push([await arithmeticRate(1), await arithmeticRate(2)])
    for (const [i, { child }] of entrants.entries()) {
      const before = answers[i]?.at(-1)
      // Who refused once, or took long, is not asked again.
      const slow = before?.kind === 'times' && (before.samples[0] ?? 0) > 4000 * seconds
      if (before?.kind === 'refusal' || slow) continue
      answers[i]?.push(await child.ask({ workload: workload.name, seconds }))
    }
  }
  return {
    workload,
    rate: [Math.max(...rates.map(([one]) => one)), Math.max(...rates.map(([, two]) => two))],
    timings: entrants.map(({ name }, i) => timing(name, answers[i] ?? [])),
  }
}
