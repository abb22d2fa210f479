import type { HostArray, Plan } from '@samkit/core'
import { randomNumbers } from '@samkit/core/testing'
import type { Bounds } from '../bounds.ts'
import { type Claims, tamed } from '../compare/claims.ts'
import { type Allowance, exactly } from '../compare/compare.ts'
import { allowanceOf, type Use } from '../compare/primitive-allowance.ts'
import { isFloat, unitAt } from '../compare/units.ts'
import { interpret, type Perturb } from '../program/interpret.ts'
import type { Session } from '../session.ts'
import type { Judge, ReferenceRun } from '../verdict.ts'

// Stochastic arithmetic: the plan is run several times on the reference kernels with every result moved by as much as its
// bound allows, at random. How far the outputs then spread is how far those of a right backend may be off; where a small
// change flips a comparison, the spread is large and nothing is demanded.

/** Runs of the plan with other roundings. */
const samples = 8

/** How much farther than the bound results are moved, since the samples are few. */
const stretch = 2

/** How much farther than the samples spread a right answer may lie. */
const safety = 4

/** Primitives that give one of the numbers they are given, or whole numbers: nothing is rounded, in no backend. */
const neverRound = new Set([
  ...['constant', 'iota', 'random', 'neg', 'abs', 'sign', 'floor', 'maximum', 'minimum', 'where', 'cast'],
  ...['reshape', 'permute', 'expand', 'slice', 'pad', 'flip', 'concat', 'windows', 'max', 'min', 'gather'],
  ...[
    'identity',
    'stopGradient',
    'barrier',
    'eq',
    'lt',
    'le',
    'and',
    'or',
    'not',
    'argmax',
    'argmin',
    'argsort',
  ],
])

/**
 * Moves results at random within what is allowed, and by one unit at least: compilers join multiplications and additions.
 * First come the values that `claims` leaves open.
 */
function perturbation(bounds: Bounds, seed: number, claims: Claims): Perturb {
  const random = randomNumbers(seed)
  return (use) => {
    const { primitive } = use
    const output = tamed(use.output, claims)
    const { dtype } = output
    if (!isFloat(dtype) || neverRound.has(primitive.name)) return output
    const { unit, units } = allowanceOf(use, bounds[primitive.name] ?? {})
    const data = output.data.map((x, i) => {
      if (!Number.isFinite(x) || x === 0) return x
      const most = Math.max(unitAt(x, dtype), Math.min(units(i), 2 ** 20) * unit(i))
      // The largest moves are the most telling.
      const move = random() < 0.5 ? Math.sign(random() - 0.5) : 2 * random() - 1
      return x + stretch * most * move
    })
    return { ...output, data }
  }
}

/** The spread of every element of every output. */
function spreadsOf({ plan, inputs, outputs }: ReferenceRun, session: Session): Float64Array[] {
  const { bounds, settings } = session
  const { subnormals } = session.claims
  const spreads = outputs.map(({ data }) => new Float64Array(data.length))
  for (let k = 0; k < samples; k++) {
    // A backend that promises no subnormal numbers may take them for 0 wherever they come up, or may not.
    const claims: Claims = { nonFinite: true, signedZero: true, subnormals: subnormals || k % 2 === 0 }
    const own = inputs.map((input) => tamed(input, claims))
    const values = interpret(plan, own, perturbation(bounds, settings.seed * 1009 + k, claims))
    plan.outputs.forEach((id, o) => {
      const sample = values[id]?.data
      const [center, spread] = [outputs[o]?.data, spreads[o]]
      if (sample === undefined || center === undefined || spread === undefined) return
      for (let i = 0; i < spread.length; i++) {
        const [a, b] = [sample[i] ?? 0, center[i] ?? 0]
        const off = Object.is(a, b) ? 0 : Math.abs(a - b)
        // A number in one run and none in another: anything goes.
        spread[i] = Math.max(spread[i] ?? 0, Number.isFinite(off) ? off : Number.POSITIVE_INFINITY)
      }
    })
  }
  return spreads
}

function lastUse({ steps }: Plan, values: readonly HostArray[], id: number): Use | undefined {
  const step = steps.find(({ output }) => output === id)
  const output = values[id]
  if (step === undefined || output === undefined) return undefined
  const { primitive, attrs } = step
  return { primitive, attrs, inputs: step.inputs.flatMap((input) => values[input] ?? []), output }
}

/** Allows each element how far it spreads over runs with other roundings. What nothing rounds must agree exactly. */
export const stochastic: Judge = (run, session) => {
  const spreads = spreadsOf(run, session)
  return run.plan.outputs.map((id, o): Allowance => {
    const [output, spread] = [run.outputs[o], spreads[o]]
    const use = lastUse(run.plan, run.values, id)
    if (output === undefined || spread === undefined || use === undefined) return exactly(false)
    const { dtype } = output
    const own = allowanceOf(use, session.bounds[use.primitive.name] ?? {})
    // Integers that no rounding reaches agree exactly; those that flip are let go.
    if (!isFloat(dtype)) {
      return {
        unit: () => 0,
        units: (i) => (spread[i] === 0 ? 0 : Number.POSITIVE_INFINITY),
        signedZero: false,
      }
    }
    const unit = (i: number): number => unitAt(output.data[i] ?? 0, dtype)
    return {
      unit,
      units: (i) => (safety * (spread[i] ?? 0) + own.units(i) * own.unit(i)) / unit(i),
      signedZero: false,
    }
  })
}
