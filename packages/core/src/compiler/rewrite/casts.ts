import type { DType } from '../../graph/dtype.ts'
import { cast } from '../../ops/cast.ts'
import type { Rule } from './rule.ts'

/** What every number of a dtype fits into unchanged. */
const widerThan: Readonly<Record<DType, readonly DType[]>> = {
  bool: ['bool', 'i32', 'f32', 'f64'],
  i32: ['i32', 'f64'],
  f32: ['f32', 'f64'],
  f64: ['f64'],
}

/** A cast to the same dtype is none, and one after a cast that lost nothing starts from where that one did. */
export const mergeCasts: Rule = {
  name: 'merge casts',
  on: [cast.primitive],
  keeps: 'exact',
  rewrite: ({ attrs, inputs: [x = -1], spec }, draft) => {
    const { dtype } = draft.spec(x)
    if (dtype === spec.dtype) return x
    const made = draft.producer(x)
    const [source] = made?.inputs ?? []
    if (made?.primitive !== cast.primitive || source === undefined) return null
    if (!widerThan[draft.spec(source).dtype].includes(dtype)) return null
    return draft.add({ primitive: cast.primitive, attrs, inputs: [source], spec })
  },
}
