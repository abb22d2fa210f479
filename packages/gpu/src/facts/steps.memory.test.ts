import { expect } from 'vitest'
import { steadyMemoryFacts } from './steps.testing.ts'
import { describeOn } from './subject.testing.ts'

const gc = globalThis.gc as () => void
const MiB = 2 ** 20

for (const mode of ['cpu', 'webasm'] as const) {
  let before: NodeJS.MemoryUsage | null = null
  const look = (): void => {
    const now = process.memoryUsage()
    if (before !== null) {
      // What is left is code that the engine compiled meanwhile.
      expect(now.heapUsed - before.heapUsed).toBeLessThan(3 * MiB)
      expect(now.arrayBuffers - before.arrayBuffers).toBeLessThan(MiB)
    }
    before = now
  }
  describeOn(mode, 'memory', (subject) => steadyMemoryFacts(subject, { gc, look }))
}
