// `npm run bench:methods`: what a step of each method costs beside a step of SGD, on a vision transformer large enough
// that bookkeeping does not hide (width 192, 6 blocks, 32×32 images in patches of 4). `-- --batch 12 --rounds 3` to change.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { key, randint, uniform } from '@samkit/core'
import { crossEntropy, vitTinyCifar } from '@samkit/nn'
import { esam, kSam, lookSam, type Method, momentumSam, plain, sam, sgd, trainer } from '@samkit/optim'
import { time } from './suite.ts'

const { values } = parseArgs({
  options: { batch: { type: 'string', default: '6' }, rounds: { type: 'string', default: '2' } },
})
const size = Number(values.batch)
const rounds = Number(values.rounds)

const base = () => sgd({ lr: 0.01, momentum: 0.9 })
/** Each method, how many steps make one round of its plans, and the cost the design sets as its target. */
const contestants: readonly { name: string; method: Method; cycle: number; target: number | null }[] = [
  { name: 'SGD', method: plain(base()), cycle: 1, target: null },
  { name: 'SAM', method: sam(base()), cycle: 1, target: 2.06 },
  { name: 'LookSAM, k = 5', method: lookSam(base(), { k: 5 }), cycle: 5, target: 1.28 },
  { name: 'K-SAM, k = batch / 3', method: kSam(base()), cycle: 1, target: 1.1 },
  { name: 'ESAM, gamma = 1/2', method: esam(base(), { gamma: 0.5 }), cycle: 1, target: 1.75 },
  { name: 'Momentum-SAM', method: momentumSam(base()), cycle: 1, target: 1.03 },
]

const batch = {
  inputs: await uniform(key(1), [size, 3, 32, 32], { low: -1, high: 1 }).realize(),
  targets: await randint(key(2), [size], { high: 10 }).realize(),
}
const runs = await Promise.all(
  contestants.map(async ({ method, cycle }) => {
    const run = await trainer(vitTinyCifar(), method, { loss: crossEntropy, key: key(0) })
    return async () => {
      for (let i = 0; i < cycle; i++) await run.step(batch)
    }
  }),
)
console.log(
  `batch ${size}, reference backend, Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}`,
)
for (const run of runs) await run()

/** Seconds a step, per contestant, round after round: all methods meet the machine in the same moods. */
const seconds: number[][] = contestants.map(() => [])
for (let round = 0; round < rounds; round++) {
  for (const [i, run] of runs.entries()) {
    const { stats } = await time(run, { maxTime: 0, minSamples: 1 })
    seconds[i]?.push(stats.mean / (contestants[i]?.cycle ?? 1))
  }
}

const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0
for (const [i, { name, target }] of contestants.entries()) {
  const own = seconds[i] ?? []
  const ratio = median(own.map((s, round) => s / (seconds[0]?.[round] ?? s)))
  const wanted = target === null ? '' : `target ${target.toFixed(2)}`
  console.log(
    `${name.padEnd(24)} ${median(own).toFixed(2).padStart(7)} s a step   ${ratio.toFixed(2)} × SGD   ${wanted}`,
  )
}
