import Benchmark from 'benchmark'

/** Something to time: a title and one round of work, over when its promise settles. */
export interface Case {
  readonly title: string
  readonly run: () => Promise<void>
}

/** Times each case alone, one after the other, and prints a line for each as it ends. */
export async function measure(cases: readonly Case[]): Promise<void> {
  for (const { title, run } of cases) {
    // Once by hand, so that a case that cannot run says why.
    await run()
    const { hz, stats } = await time(run)
    console.log(`${title.padEnd(56)} ${format(1000 / hz).padStart(10)} ms ± ${stats.rme.toFixed(1)} %`)
  }
}

/** Times one case with benchmark.js, for at least `maxTime` seconds and `minSamples` rounds. */
export function time(
  run: () => Promise<void>,
  options: Benchmark.Options = { maxTime: 2 },
): Promise<Benchmark> {
  return new Promise((resolve, reject) => {
    const benchmark = new Benchmark({
      ...options,
      defer: true,
      fn: (deferred: { resolve: () => void }) => void run().then(() => deferred.resolve(), reject),
      onComplete: () => resolve(benchmark),
    })
    benchmark.run({ async: true })
  })
}

/** Three significant digits, without an exponent. */
export function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
