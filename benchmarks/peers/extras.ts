import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What a process holds when garbage was collected, in MB. */
export interface Memory {
  /** JavaScript objects, arrays, and what the backend's memory holds. */
  readonly held: number
  /** What the operating system counts: what the engine keeps for later is in it. */
  readonly resident: number
}

/** What else a user waits for or pays for. */
export interface Extras {
  /** Milliseconds from the start of Node to the end of the first training step of ViT d192, from compiled packages. */
  readonly startUp: number | null
  /** Memory after 100 and after 1,000 training steps of the perceptron. */
  readonly memory: { readonly early: Memory; readonly late: Memory } | null
  /** Milliseconds that the graph and the look-up of the plan take in a step of ViT d64. */
  readonly overhead: number | null
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a program prints, or null where it fails; its complaints go to the terminal. */
function output(args: readonly string[]): string | null {
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 600_000,
  })
  return status === 0 ? stdout : null
}

const startUp = (backend: string): string => `
import { key, normal, setBackend, tensor } from '@samkit/core'
import { crossEntropy, visionTransformer } from '@samkit/nn'
import { sgd, trainer } from '@samkit/optim'
import '@samkit/wasm'
await setBackend('${backend}')
const model = visionTransformer({ dim: 192, depth: 6, heads: 3 }, { imageSize: 32, patchSize: 4, classes: 10, pool: 'mean' })
const run = await trainer(model, sgd({ lr: 0.01, momentum: 0.9 }), { loss: crossEntropy, key: key(0) })
const targets = tensor(Array.from({ length: 32 }, (_, i) => i % 10), { dtype: 'i32' })
await run.step({ inputs: normal(key(1), [32, 3, 32, 32]), targets })
console.log(performance.now())
process.exit()`

const steady = (backend: string): string => `
import { getBackend, key, normal, setBackend, tensor } from '@samkit/core'
import { crossEntropy, mlp } from '@samkit/nn'
import { sgd, trainer } from '@samkit/optim'
import '@samkit/wasm'
await setBackend('${backend}')
const run = await trainer(mlp([784, 512, 512, 10]), sgd({ lr: 0.01, momentum: 0.9 }), { loss: crossEntropy, key: key(0) })
const inputs = await normal(key(1), [128, 784]).realize()
const targets = tensor(Array.from({ length: 128 }, (_, i) => i % 10), { dtype: 'i32' })
const used = async () => {
  for (let i = 0; i < 4; i++) {
    gc()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  const own = getBackend().stats?.().memory.used ?? 0
  return { held: (heapUsed + arrayBuffers + own) / 1e6, resident: rss / 1e6 }
}
let early
for (let step = 1; step <= 1000; step++) {
  await run.step({ inputs, targets })
  if (step === 100) early = await used()
}
console.log(JSON.stringify({ early, late: await used() }))
process.exit()`

/** The line of the graph-building bench that tells what a whole step costs before anything is computed. */
const lookUp = /and the look-up of the plan\s+([\d.]+) ms at best/

/** Measures what is beside the arithmetic, each in a process of its own. */
export function measureExtras(backend: string): Extras {
  const started = output(['--input-type=module', '-e', startUp(backend)])
  const memory = output(['--expose-gc', '--input-type=module', '-e', steady(backend)])
  const graph = output([...process.execArgv, fileURLToPath(new URL('../graph-building.ts', import.meta.url))])
  const [, overhead] = lookUp.exec(graph ?? '') ?? []
  return {
    startUp: started === null ? null : Number(started),
    memory: memory === null ? null : JSON.parse(memory),
    overhead: overhead === undefined ? null : Number(overhead),
  }
}
