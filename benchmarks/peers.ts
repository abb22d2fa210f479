// `npm run bench:peers`: samkit and other frameworks for JavaScript at the same work on this machine, beside what the
// machine can do at most. `-- --only vit64,mlp` times some workloads, `--backend reference` another backend of samkit,
// `--seconds 2 --rounds 3` says for how long, `--no-extras` leaves start-up and memory out. Prints a table and keeps
// everything in benchmarks/results/.
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { serve } from './peers/child.ts'
import type { Contestant } from './peers/contestant.ts'
import { measureExtras } from './peers/extras.ts'
import { installPeers } from './peers/install.ts'
import { jaxJs } from './peers/jax.ts'
import { measureLimits } from './peers/limits.ts'
import { describeMachine } from './peers/machine.ts'
import { measure, type Row, start } from './peers/measure.ts'
import { keep, machineText, type Report, reportText } from './peers/report.ts'
import { samkit } from './peers/samkit.ts'
import { tfjs } from './peers/tfjs.ts'
import { workloads } from './peers/workloads.ts'

const { values } = parseArgs({
  options: {
    contestant: { type: 'string' },
    backend: { type: 'string', default: 'wasm' },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    'no-extras': { type: 'boolean', default: false },
  },
})

const contestants = new Map<string, () => Promise<Contestant>>([
  ['samkit', () => samkit(values.backend)],
  ['tfjs', tfjs],
  ['jax-js', jaxJs],
])

async function run(): Promise<void> {
  const machine = describeMachine(loadavg()[0] ?? 0)
  installPeers()
  const wanted = values.only.split(',')
  const chosen = workloads.filter(
    ({ name }) => values.only === '' || wanted.some((one) => name.startsWith(one)),
  )
  const limits = await measureLimits()
  console.log(`${machineText({ machine, limits })}\n`)
  const entrants = await start(
    fileURLToPath(import.meta.url),
    [...contestants.keys()],
    ['--backend', values.backend],
  )
  const rows: Row[] = []
  for (const workload of chosen) {
    console.log(`${workload.title} …`)
    rows.push(
      await measure(entrants, workload, { rounds: Number(values.rounds), seconds: Number(values.seconds) }),
    )
  }
  for (const { child } of entrants) child.stop()
  const extras = values['no-extras'] ? null : measureExtras(values.backend)
  const named = entrants.map(({ name, version, how }) => ({ name, version, how }))
  const report: Report = { date: new Date().toISOString(), machine, limits, contestants: named, rows, extras }
  console.log(`\n${reportText(report)}\n\nKept in ${keep(report)}`)
}

const make = contestants.get(values.contestant ?? '')
if (make === undefined) await run()
else serve(await make())
