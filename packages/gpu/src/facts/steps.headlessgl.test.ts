import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { steadyMemoryFacts } from './steps.testing.ts'
import { describeOn } from './subject.testing.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

describeOn('headlessgl', 'memory', (subject) => steadyMemoryFacts(subject, { gc }))
