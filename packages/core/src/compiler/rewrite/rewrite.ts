import { finishedPlan, type Plan } from '../plan.ts'
import { mergeCasts } from './casts.ts'
import { decideLogic, decideWhere } from './choices.ts'
import { foldElementwise, foldMovement, foldReductions } from './fold-constants.ts'
import { joinPieces } from './join-pieces.ts'
import { lateExpand } from './late-expand.ts'
import { mergeViews } from './merge-views.ts'
import { divideByPowerOfTwo, dropNeutral, expandPowers } from './neutral.ts'
import type { Rule } from './rule.ts'
import { mergeSigns } from './signs.ts'
import { dropFloatSums, dropReductions } from './size-one.ts'
import { rewritten, type Sketch } from './sketch.ts'
import { turnMatmul } from './turn-matmul.ts'

/** Rules that look at a step and at what computes its inputs. */
const localRules: readonly Rule[] = [
  foldElementwise,
  foldMovement,
  foldReductions,
  dropNeutral,
  divideByPowerOfTwo,
  expandPowers,
  mergeSigns,
  decideWhere,
  decideLogic,
  mergeCasts,
  ...mergeViews,
  dropReductions,
  dropFloatSums,
  lateExpand,
]

/** Rules that ask how often a value is read: right only when equal values are one. */
const countingRules: readonly Rule[] = [turnMatmul, joinPieces]

/** Every rewrite. */
export const rewriteRules: readonly Rule[] = [...localRules, ...countingRules]

/** Which rewrites to do. */
export interface RewriteOptions {
  /** Default: all. */
  readonly rules?: readonly Rule[]
  /** Whether steps that compute the same become one. Default true. */
  readonly share?: boolean
}

/** A plan that computes the same in fewer steps. */
export interface RewrittenPlan {
  readonly plan: Plan
  /** For each of its steps, the step of the first plan that it was made for. */
  readonly origins: readonly number[]
}

/**
 * Rewrites a plan: folds constants, drops what changes nothing, merges views, shares equal steps, and lets gradients come
 * out where they are wanted. What was put behind a barrier stays apart from what was computed before it.
 *
 * Results are the same bits, but for the sign of zeros (sums over one element, joined pieces) and 1 unit in the last
 * place of squares written as `pow(x, 2)`.
 */
export function rewritePlan(
  plan: Plan,
  { rules = rewriteRules, share = true }: RewriteOptions = {},
): RewrittenPlan {
  const { values, inputCount, steps, outputs } = plan
  const start: Sketch = {
    inputs: values.slice(0, inputCount),
    steps: steps.map(({ primitive, attrs, inputs, output }, origin) => {
      return { primitive, attrs, inputs, spec: values[output] as (typeof values)[number], origin }
    }),
    outputs,
  }
  const counting = rules.filter((rule) => countingRules.includes(rule))
  const local = rewritten(start, { rules: rules.filter((rule) => !countingRules.includes(rule)), share })
  const sketch = rewritten(local, { rules, settled: counting, share })
  return {
    plan: finishedPlan({
      values: [...sketch.inputs, ...sketch.steps.map(({ spec }) => spec)],
      inputCount,
      steps: sketch.steps.map(({ primitive, attrs, inputs }, i) => ({
        primitive,
        attrs,
        inputs,
        output: inputCount + i,
      })),
      outputs: sketch.outputs,
    }),
    origins: sketch.steps.map(({ origin }) => origin),
  }
}
