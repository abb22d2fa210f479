import { steadyMemoryFacts } from './steps.testing.ts'
import { describeOn } from './subject.testing.ts'

const gc = globalThis.gc as () => void

for (const mode of ['webgl2', 'webgpu'] as const) {
  describeOn(mode, 'memory', (subject) => steadyMemoryFacts(subject, { gc }))
}
