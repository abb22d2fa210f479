import { exp, realize, setBackend, type Tensor, tensor } from '@samkit/core'
import { afterEach, expect, test } from 'vitest'
import { breakDevice, type WatchedGpu, watchedGpu } from '../watched-gpu.testing.ts'
import type { Subject } from './subject.testing.ts'

const counting = (n: number): Tensor => tensor(Float32Array.from({ length: n }, (_, i) => i))

/** The values of a tensor, or null where reading them fails as it may when a device was lost. */
async function valuesUnlessLost(t: Tensor): Promise<number[] | null> {
  try {
    return Array.from(await t.data())
  } catch (error) {
    expect(String(error)).toMatch(
      /^Error: gpu: the device of mode \w+ was lost while this ran; the next run makes a new one/,
    )
    return null
  }
}

/** A device that is lost takes nothing with it. */
export function lostDeviceFacts({ mode }: Subject): void {
  let own: WatchedGpu
  afterEach(async () => {
    await setBackend('reference')
    await own.dispose()
  })

  test('after its device was lost, a backend computes on a new one, from the values that it had', async () => {
    own = await watchedGpu(mode)
    await setBackend(own)
    const kept = counting(4).mul(3)
    await realize(kept)
    const programs = [
      (): Tensor => kept.add(1),
      (): Tensor => exp(kept.mul(0)).sum(),
      (): Tensor => kept.neg(),
    ]
    const right = [[1, 4, 7, 10], [4], [0, -3, -6, -9]]
    for (let times = 0; times < 2; times++) {
      for (const program of programs.slice(0, 2)) await program().data()
      await breakDevice(own)
      const [first = kept.neg] = programs
      const found = await valuesUnlessLost(first())
      if (found !== null) expect(found).toEqual(right[0])
      for (const [i, program] of programs.entries()) {
        expect(Array.from(await program().data(), (x) => x + 0)).toEqual(right[i])
      }
      expect(own.stats().pipelines).toBe(programs.length)
    }
    await realize(kept)
  })

  test('a run whose device is lost meanwhile is right or fails in clear words, and the next is right', async () => {
    own = await watchedGpu(mode)
    await setBackend(own)
    const program = (): Tensor => exp(counting(1000).mul(0)).sum()
    expect(await program().item()).toBe(1000)
    const running = valuesUnlessLost(program())
    await breakDevice(own)
    const found = await running
    if (found !== null) expect(found).toEqual([1000])
    expect(await program().item()).toBe(1000)
  })
}
