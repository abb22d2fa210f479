import { grad, key, normal, setBackend, tensor } from '@samkit/core'
import { crossEntropy, visionTransformer } from '@samkit/nn'
import { sam, sgd, trainer } from '@samkit/optim'
import { type WasmOptions, wasm } from '@samkit/wasm'

/** What computing on the wasm backend gave, in Node or on a page. */
export interface Findings {
  readonly threads: number
  readonly workers: number
  /** The losses of the steps, all digits. */
  readonly losses: readonly number[]
  /** How long the last steps took together, and the longest time between two timers meanwhile, in milliseconds. */
  readonly duration: number
  readonly longestGap: number
  /** The gradient of the sum of squares at [1, 2], read without waiting. */
  readonly read: readonly number[]
}

const steps = 5
/** Steps before the timers start: the first compile their plans, on the calling thread. */
const warmUp = 2

/** Trains a small vision transformer by SAM on the wasm backend, which stays the default backend. */
export async function findings(options: WasmOptions): Promise<Findings> {
  const backend = wasm(options)
  await setBackend(backend)
  const model = visionTransformer(
    { dim: 64, depth: 4, heads: 4 },
    { imageSize: 28, patchSize: 4, channels: 1, classes: 10, pool: 'mean' },
  )
  const run = await trainer(model, sam(sgd({ lr: 0.01, momentum: 0.9 })), { loss: crossEntropy, key: key(0) })
  const inputs = normal(key(1), [64, 1, 28, 28])
  const targets = tensor(
    Int32Array.from({ length: 64 }, (_, i) => i % 10),
    { dtype: 'i32' },
  )
  const losses: number[] = []
  const step = async (): Promise<void> => {
    losses.push((await run.step({ inputs, targets })).loss)
  }
  for (let i = 0; i < warmUp; i++) await step()
  const watch = watchGaps()
  const started = performance.now()
  for (let i = warmUp; i < steps; i++) await step()
  const duration = performance.now() - started
  const longestGap = watch.stop()
  const slope = grad((x) => x.mul(x).sum())(tensor([1, 2]))
  const read = [...slope.dataSync()].map(Number)
  const { threads, workers } = backend.stats()
  return { threads, workers, losses, duration, longestGap, read }
}

/** Notes the longest time between two timers. */
function watchGaps(): { stop(): number } {
  let longest = 0
  let last = performance.now()
  let timer: ReturnType<typeof setTimeout>
  const note = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  const tick = (): void => {
    note()
    timer = setTimeout(tick, 0)
  }
  tick()
  return {
    stop: () => {
      clearTimeout(timer)
      note()
      return longest
    },
  }
}
