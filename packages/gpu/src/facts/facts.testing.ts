import type { GpuMode } from '../mode.ts'
import { integerFacts } from './integers.testing.ts'
import { limitFacts } from './limits.testing.ts'
import { planFacts } from './plans.testing.ts'
import { specialValueFacts } from './special-values.testing.ts'
import { describeOn } from './subject.testing.ts'
import { vectorFacts } from './vectors.testing.ts'

/** What holds in every mode, beside what the conformance kit asks. */
export function describeFacts(mode: GpuMode): void {
  describeOn(mode, 'special values', specialValueFacts)
  describeOn(mode, 'whole numbers', integerFacts)
  describeOn(mode, 'limits', limitFacts)
  describeOn(mode, 'plans', planFacts)
  describeOn(mode, 'four neighbours', vectorFacts)
}
