import { ones, RunError, sum, tensor, zeros } from '@samkit/core'
import { expect, test } from 'vitest'
import type { Subject } from './subject.testing.ts'

const tooMany = 2 ** 24 + 1

/** What gpu.js cannot compute is refused, in words that help. */
export function limitFacts({ mode, backend }: Subject): void {
  test('a tensor of more than 2^24 elements is refused, uploaded or computed, naming the limit', async () => {
    const message =
      'a tensor of 16777217 elements is more than gpu.js can count in f32: at most 16777216 (2^24); ' +
      'split it, or compute this on the wasm backend'
    const before = (await backend()).stats()
    const uploaded = tensor(new Uint8Array(tooMany), { dtype: 'bool' }).cast('f32')
    const computed = zeros([2]).add(1).reshape(2, 1).expand(2, tooMany).neg()
    await expect(sum(uploaded).item({ backend: await backend() })).rejects.toThrow(message)
    await expect(
      ones([tooMany])
        .neg()
        .data({ backend: await backend() }),
    ).rejects.toThrow(RunError)
    await expect(computed.data({ backend: await backend() })).rejects.toThrow(
      'a tensor of 33554434 elements is more than gpu.js can count',
    )
    const { runs, pipelines } = (await backend()).stats()
    expect({ runs, pipelines }).toEqual({ runs: before.runs, pipelines: before.pipelines })
  })

  test('f64 is refused before anything runs, with what to do instead', async () => {
    const failure = tensor([1, 2], { dtype: 'f64' })
      .add(1)
      .data({ backend: await backend() })
    await expect(failure).rejects.toThrow(RunError)
    await expect(failure).rejects.toThrow(
      `gpu.js (${mode}) computes bool, i32 and f32, not f64; cast it to f32, or compute it on the wasm or reference backend`,
    )
  })
}
