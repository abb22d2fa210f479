// `npm run bench:methods`: what a step of each method costs beside a step of SGD, on a vision transformer large enough
// that bookkeeping does not hide (width 192, 6 blocks, 32×32 images in patches of 4). All methods step in turn, so that they
// meet the machine in the same moods. `-- --batch 12 --rounds 5 --only ESAM --backend reference` to change.
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { getBackend, key, randint, setBackend, uniform } from '@samkit/core'
import { crossEntropy, vitTinyCifar } from '@samkit/nn'
import { esam, kSam, lookSam, type Method, momentumSam, plain, sam, sgd, trainer } from '@samkit/optim'
import '@samkit/wasm'
import { describeMachine } from './peers/machine.ts'

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '3' },
    backend: { type: 'string', default: 'wasm' },
    only: { type: 'string', default: '' },
  },
})
const size = Number(values.batch)
const rounds = Number(values.rounds)
const machine = describeMachine(loadavg()[0] ?? 0)
await setBackend(values.backend)

interface Contestant {
  readonly name: string
  readonly method: Method
  /** The cost that the design sets as its target, with a step of SGD as 1. */
  readonly target: number | null
}

/** Steps until every method has run all of its plans: those of LookSAM, of which one is SAM's. */
const cycle = 5

const base = () => sgd({ lr: 0.01, momentum: 0.9 })
const all: readonly Contestant[] = [
  { name: 'SGD', method: plain(base()), target: null },
  { name: 'SAM', method: sam(base()), target: 2.06 },
  { name: 'LookSAM, k = 5', method: lookSam(base(), { k: cycle }), target: 1.28 },
  { name: 'K-SAM, k = batch / 3', method: kSam(base()), target: 1.1 },
  { name: 'ESAM, γ = 1/2, norm of kept', method: esam(base(), { gamma: 0.5, norm: 'kept' }), target: 1.75 },
  { name: 'ESAM, γ = 1/2, norm of all', method: esam(base(), { gamma: 0.5 }), target: null },
  { name: 'Momentum-SAM', method: momentumSam(base()), target: 1.03 },
]
const contestants = all.filter(({ name }) => name === 'SGD' || name.includes(values.only))

const batch = {
  inputs: await uniform(key(1), [size, 3, 32, 32], { low: -1, high: 1 }).realize(),
  targets: await randint(key(2), [size], { high: 10 }).realize(),
}
const runs = await Promise.all(
  contestants.map(({ method }) => trainer(vitTinyCifar(), method, { loss: crossEntropy, key: key(0) })),
)

/** Seconds of every step, for each contestant, and of all processors' work in it. */
const seconds: number[][] = contestants.map(() => [])
const work: number[][] = contestants.map(() => [])
const costs: number[] = contestants.map(() => 0)
for (let step = 0; step < (1 + rounds) * cycle; step++) {
  for (const [i, run] of runs.entries()) {
    const [start, busy] = [performance.now(), process.cpuUsage()]
    const { cost } = await run.step(batch)
    // The first round compiles.
    if (step < cycle) costs[i] = (costs[i] ?? 0) + cost / cycle
    else {
      seconds[i]?.push((performance.now() - start) / 1000)
      const { user, system } = process.cpuUsage(busy)
      work[i]?.push((user + system) / 1e6)
    }
  }
}

const sum = (list: readonly number[]): number => list.reduce((total, n) => total + n, 0)
const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0

/** The seconds of each whole cycle of steps. */
const cyclesOf = (list: readonly number[]): number[] =>
  Array.from({ length: rounds }, (_, round) => sum(list.slice(round * cycle, (round + 1) * cycle)))

/** The median over cycles of what one contestant takes, with the first as 1. */
function ratioOf(all: readonly (readonly number[])[], i: number): number {
  const [reference, own] = [cyclesOf(all[0] ?? []), cyclesOf(all[i] ?? [])]
  return median(own.map((n, round) => n / (reference[round] ?? n)))
}

const rows = contestants.map(({ name, target }, i) => ({
  name,
  target,
  passes: costs[i] ?? 0,
  seconds: median(cyclesOf(seconds[i] ?? [])) / cycle,
  ratio: ratioOf(seconds, i),
  work: ratioOf(work, i),
}))

const backend = getBackend().name
console.log(
  `batch ${size}, backend ${backend}, Node ${machine.node}, ${machine.processor}, ${machine.cores} cores`,
)
if (machine.load > 0.2) console.log(`other programs ran at the start: ${machine.load} a core`)
const head = ['method', 's a step', '× SGD', 'in work', 'in passes', 'target']
const lines = rows.map(({ name, target, passes, seconds: s, ratio, work: busy }) => [
  name,
  s.toFixed(3),
  ratio.toFixed(2),
  busy.toFixed(2),
  passes.toFixed(2),
  target === null ? '' : `≤ ${target.toFixed(2)}${ratio > target ? ' missed' : ''}`,
])
const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)))
for (const line of [head, ...lines]) {
  console.log(
    line.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('  '),
  )
}

if (values.only === '') {
  const date = new Date().toISOString()
  const folder = new URL('./results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const file = new URL(`methods-${date.slice(0, 16).replaceAll(':', '')}.json`, folder)
  writeFileSync(file, `${JSON.stringify({ date, machine, backend, batch: size, rounds, rows }, null, 2)}\n`)
  console.log(`kept in ${fileURLToPath(file)}`)
}
