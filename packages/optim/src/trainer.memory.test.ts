import { setTimeout as wait } from 'node:timers/promises'
import { key, memoryStats, type Tensor, tensor, uniform } from '@samkit/core'
import { expect, it } from 'vitest'
import { sam } from './methods/sam.ts'
import type { Model } from './objective.ts'
import { sgd } from './optimizers/sgd.ts'
import { trainer } from './trainer.ts'

const model: Model<readonly Tensor[]> = {
  init: (k) => [uniform(k, [32, 32]), tensor(new Float32Array(32))],
  apply: ([w, b], x) =>
    x
      .matmul(w as Tensor)
      .add(b as Tensor)
      .tanh(),
}

/** Values still held once garbage has been collected and its finalizers have run. */
async function heldAfterCollection(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await wait(10)
  }
  return memoryStats().values
}

it('holds as many values after a thousand steps as after a hundred, though nobody disposes anything', async () => {
  expect(globalThis.gc).toBeDefined()
  const loss = (outputs: Tensor, targets: Tensor): Tensor => outputs.sub(targets).square().mean()
  const run = await trainer(model, sam(sgd({ lr: 0.01, momentum: 0.9 })), { loss, key: key(0) })
  const inputs = uniform(key(1), [4, 32])
  const batch = { inputs, targets: inputs.mul(0.5) }
  for (let i = 0; i < 100; i++) await run.step(batch)
  const early = await heldAfterCollection()
  for (let i = 0; i < 900; i++) await run.step(batch)
  // The collector may keep a few young values; a leak would keep hundreds.
  expect(await heldAfterCollection()).toBeLessThanOrEqual(early + 5)
})
