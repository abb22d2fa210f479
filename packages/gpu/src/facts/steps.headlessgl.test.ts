import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { steadyMemoryFacts } from './steps.testing.ts'
import { describeOn } from './subject.testing.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

async function collect(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    gc()
    await new Promise((resolve) => setTimeout(resolve))
  }
}

describeOn('headlessgl', 'memory', (subject) => steadyMemoryFacts(subject, { collect }))
