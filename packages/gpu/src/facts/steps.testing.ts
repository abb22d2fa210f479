import { key, setBackend, tensor, uniform } from '@samkit/core'
import { crossEntropy, mlp } from '@samkit/nn'
import { sam, sgd, trainer } from '@samkit/optim'
import { afterEach, expect, test } from 'vitest'
import { type WatchedGpu, watchedGpu } from '../watched-gpu.testing.ts'
import { liveOnDevice } from './live.testing.ts'
import type { Subject } from './subject.testing.ts'

/** What tests of steady memory want to look at besides. */
export interface Probe {
  /** The engine's own way to let go of what nobody holds. */
  gc(): void
  /** Called when a few steps were taken, and in the end. */
  look?(): void
}

const buffersOf = ({ memory }: WatchedGpu): number => memory?.().buffers ?? 0

/** What is let go of is told a little later, and may have held something else. */
async function collect({ gc }: Probe): Promise<void> {
  for (let i = 0; i < 4; i++) {
    gc()
    await new Promise((resolve) => setTimeout(resolve))
  }
}

/** A long training holds no more in the end than after a few steps. */
export function steadyMemoryFacts({ mode }: Subject, probe: Probe): void {
  let own: WatchedGpu
  afterEach(async () => {
    await setBackend('reference')
    await own.dispose()
  })

  test('a thousand steps of training hold as much as ten', async () => {
    own = await watchedGpu(mode)
    await setBackend(own)
    const inputs = uniform(key(1), [8, 4]).sub(0.5)
    const targets = tensor([0, 1, 2, 0, 1, 2, 0, 1], { dtype: 'i32' })
    const run = await trainer(mlp([4, 6, 3]), sam(sgd({ lr: 0.1, momentum: 0.9 })), {
      loss: crossEntropy,
      key: key(2),
    })
    const step = async (): Promise<number> => {
      const { loss, outputs } = await run.step({ inputs, targets })
      outputs.dispose()
      return loss
    }
    let loss = Number.NaN
    for (let i = 0; i < 10; i++) loss = await step()
    await collect(probe)
    const live = await liveOnDevice(own)
    const [before, held] = [own.stats(), buffersOf(own)]
    const first = loss
    probe.look?.()
    for (let i = 0; i < 1000; i++) loss = await step()
    await collect(probe)
    probe.look?.()
    expect(loss).toBeLessThan(first)
    expect(live()).toBe(0)
    expect(buffersOf(own)).toBeLessThanOrEqual(held)
    const { runs, ...after } = own.stats()
    expect({ ...after, runs: runs - 1000 }).toEqual(before)
  }, 240_000)
}
