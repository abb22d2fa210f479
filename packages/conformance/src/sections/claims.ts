import { allocate, type Capabilities, defineUnary, dtypes, type Plan, StepError, tensor } from '@samkit/core'
import { planOf, type TracedPlan } from '@samkit/core/testing'
import type { Check, Outcome } from '../check.ts'
import { compare, exactly } from '../compare/compare.ts'
import { tensorsOf } from '../program/program.ts'
import { below, leafBy, mixed, Sketch, scalarArray } from '../program/sketch.ts'
import { concerns, type Session } from '../session.ts'
import { type Fault, messageOf, onReference } from '../verdict.ts'
import { mainDtype, scaledSum } from './samples.ts'

/** What comes of asking a backend for something it should refuse. */
async function refusal(session: Session, traced: TracedPlan): Promise<Error | undefined> {
  try {
    await session.device.compute(traced)
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** A claim that something is refused, in words that name it. */
function refuses(what: string, error: Error | undefined, words: readonly string[]): Fault[] {
  if (error === undefined) return [{ message: `${what} is computed, not refused` }]
  const text = messageOf(error).replaceAll(/(?<=\d)[ ,_'’](?=\d{3})/g, '')
  const cause = error instanceof StepError ? error.cause : error
  const clear = !(cause instanceof TypeError) && words.some((word) => text.includes(word))
  return clear
    ? []
    : [
        {
          message: `${what} is refused, but "${messageOf(error)}" does not say why: it should name ${words.join(' or ')}`,
        },
      ]
}

const otherDtypes: Check = {
  section: 'claims',
  title: 'a dtype that is not claimed is refused by name',
  run: async (session) => {
    const claimed = session.device.backend.capabilities.dtypes
    const main = mainDtype(session)
    const faults: Fault[] = []
    const others = dtypes.filter((dtype) => !claimed.includes(dtype))
    for (const dtype of others) {
      const given = new Sketch()
      const leaf = { shape: [3], dtype, data: allocate(dtype, 3) }
      const program = given.program([given.step('reshape', [given.leaf(leaf)], { shape: [3, 1] })])
      faults.push(
        ...refuses(`an input of ${dtype}`, await refusal(session, planOf(tensorsOf(program))), [dtype]),
      )
      const made = new Sketch()
      const x = made.leaf(leafBy(mixed, [3], main))
      const cast = made.program([made.step('cast', [x], { dtype })])
      faults.push(...refuses(`a cast to ${dtype}`, await refusal(session, planOf(tensorsOf(cast))), [dtype]))
    }
    const outcome = { cases: 2 * others.length, faults }
    return others.length === 0 ? { ...outcome, skipped: 'every dtype is claimed' } : outcome
  },
}

const synchronous: Check = {
  section: 'claims',
  title: 'a synchronous backend answers at once',
  run: async (session) => {
    const { device } = session
    const { backend } = device
    const { sync }: Capabilities = backend.capabilities
    if (!sync) {
      const faults =
        backend.downloadSync === undefined
          ? []
          : [{ message: 'downloadSync is there, but sync is not claimed' }]
      return { cases: 1, faults }
    }
    const run = onReference(planOf(tensorsOf(scaledSum(2, 3, mainDtype(session)))))
    if (!concerns(session, run.plan)) return nothing
    const executable = backend.compile(run.plan)
    if (executable instanceof Promise) return wrong('compile gives a promise')
    device.programs += 1
    return device.with(async (keep) => {
      const inputs = run.inputs.map((input) => keep(device.upload(input)).inner)
      const outputs = executable.runSync?.(inputs) ?? executable.run(inputs)
      if (outputs instanceof Promise) return wrong('run gives a promise, and there is no runSync')
      const expected = run.outputs[0]
      const [output] = outputs
      if (expected === undefined || output === undefined) return wrong('a run gives no output')
      const { shape, dtype } = expected
      const data = backend.downloadSync?.(output, { shape, dtype })
      for (const one of outputs) one.dispose()
      if (data === undefined) return wrong('there is no downloadSync')
      const { fault } = compare(data, expected, exactly(false), session.claims)
      return fault === undefined ? { cases: 1, faults: [] } : wrong(`downloadSync: ${fault}`)
    })
  },
}

const nothing: Outcome = { cases: 0, faults: [], skipped: 'not to be checked on this backend' }
const wrong = (message: string): Outcome => ({ cases: 1, faults: [{ message }] })

const largest: Check = {
  section: 'claims',
  title: 'a tensor beyond maxElements is refused by that number',
  run: async (session) => {
    const { maxElements } = session.device.backend.capabilities
    if (maxElements === undefined) return { ...nothing, skipped: 'no maxElements is claimed' }
    const dtype = mainDtype(session)
    const grown = new Sketch()
    const wide = grown.step('expand', [grown.leaf({ ...scalarArray(1, dtype), shape: [1] })], {
      shape: [maxElements + 1],
    })
    const expanded = planOf(tensorsOf(grown.program([grown.step('neg', [wide])])))
    const words = [String(maxElements), `2^${Math.log2(maxElements)}`, `2**${Math.log2(maxElements)}`]
    const faults = refuses(`a tensor of ${maxElements + 1} elements`, await refusal(session, expanded), words)
    const given = new Sketch()
    const leaf = { shape: [maxElements + 1], dtype, data: allocate(dtype, maxElements + 1) }
    const all = { axes: [0], keepDims: false }
    const summed = planOf(tensorsOf(given.program([given.step('max', [given.leaf(leaf)], all)])))
    faults.push(...refuses(`an input of ${maxElements + 1} elements`, await refusal(session, summed), words))
    return { cases: 2, faults }
  },
}

const indices: Check = {
  section: 'claims',
  title: 'an index out of range fails the run, and what it took is given back',
  run: async (session) => {
    const { checksIndices = true, dtypes: claimed } = session.device.backend.capabilities
    if (!checksIndices) return { ...nothing, skipped: 'checksIndices is not claimed' }
    if (!claimed.includes('i32')) return { ...nothing, skipped: 'i32 is not claimed' }
    const dtype = mainDtype(session)
    const faults: Fault[] = []
    for (const bad of [4, -1]) {
      const { plan, inputs } = gatherPlan(session, bad)
      if (!concerns(session, plan)) return nothing
      const error = await refusal(session, { plan, inputs })
      faults.push(...refuses(`reading element ${bad} of 4 ${dtype}`, error, [String(bad)]))
      if (error !== undefined && !(error instanceof StepError)) {
        faults.push({
          message: `reading element ${bad} of 4 throws "${error.message}", which is no StepError`,
        })
      }
    }
    return { cases: 2, faults }
  },
}

function gatherPlan(session: Session, bad: number): TracedPlan {
  const sketch = new Sketch()
  const x = sketch.leaf(leafBy(below(4), [4], mainDtype(session)))
  const index = sketch.leaf({ shape: [3], dtype: 'i32', data: Int32Array.of(0, bad, 1) })
  return planOf(
    tensorsOf(sketch.program([sketch.step('gather', [x, index], { axis: 0 }), sketch.step('add', [x, x])])),
  )
}

// An operation that no backend can know: users may define their own.
const softsign = defineUnary({
  name: 'softsign',
  domain: 'float',
  rule: (t) => t,
  reference: (x) => x / (1 + Math.abs(x)),
})

const unknown: Check = {
  section: 'claims',
  title: 'a primitive that it does not know is refused by name, or computed right',
  run: async (session) => {
    const dtype = mainDtype(session)
    if (dtype !== 'f32' && dtype !== 'f64') return { ...nothing, skipped: 'no floats are claimed' }
    const run = onReference(planOf([softsign(tensor([1, -3, 0.5], { dtype }))]))
    const error = await refusal(session, run)
    if (error !== undefined) return { cases: 1, faults: refuses('an unknown primitive', error, ['softsign']) }
    const [actual] = await session.device.compute(run)
    const expected = run.outputs[0]
    if (actual === undefined || expected === undefined) return wrong('a run gives no output')
    const { fault } = compare(actual, expected, exactly(), session.claims)
    return fault === undefined ? { cases: 1, faults: [] } : wrong(`an unknown primitive: ${fault}`)
  },
}

const fallbacks: Check = {
  section: 'claims',
  title: 'what runs on reference kernels is listed by its name',
  run: async (session) => {
    const { plan }: { readonly plan: Plan } = planOf(tensorsOf(scaledSum(2, 3, mainDtype(session))))
    if (!concerns(session, plan)) return nothing
    const executable = await session.device.compile(plan)
    const names = new Set(plan.steps.map(({ primitive }) => primitive.name))
    const odd = executable.fallbacks.filter((name) => !names.has(name))
    return odd.length === 0
      ? { cases: 1, faults: [] }
      : wrong(`fallbacks lists ${odd.join(', ')}, which the plan has not`)
  },
}

/** What the backend says of itself. */
export function claimChecks(): Check[] {
  return [otherDtypes, synchronous, largest, indices, unknown, fallbacks]
}
