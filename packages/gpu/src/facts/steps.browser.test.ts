import { steadyMemoryFacts } from './steps.testing.ts'
import { describeOn } from './subject.testing.ts'

/** A page cannot ask for it; but large arrays make the engine look for what nobody holds. */
async function collect(): Promise<void> {
  for (let i = 0; i < 30; i++) {
    new ArrayBuffer(2 ** 26)
    await new Promise((resolve) => setTimeout(resolve))
  }
}

for (const mode of ['webgl2', 'webgpu'] as const) {
  describeOn(mode, 'memory', (subject) => steadyMemoryFacts(subject, { collect, spare: 100 }))
}
