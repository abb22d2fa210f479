import { afterAll, beforeAll, describe } from 'vitest'
import type { GpuMode } from '../mode.ts'
import { type WatchedGpu, watchedGpu } from '../watched-gpu.testing.ts'

/** What facts are told of. */
export interface Subject {
  readonly mode: GpuMode
  readonly backend: () => Promise<WatchedGpu>
}

/** Groups facts of a mode, on a backend of their own that is disposed in the end. */
export function describeOn(mode: GpuMode, title: string, facts: (subject: Subject) => void): void {
  describe(`gpu:${mode}, ${title}`, () => {
    let made: Promise<WatchedGpu> | undefined
    const backend = (): Promise<WatchedGpu> => {
      made ??= watchedGpu(mode)
      return made
    }
    beforeAll(async () => {
      await backend()
    })
    afterAll(async () => (await backend()).dispose())
    facts({ mode, backend })
  })
}
