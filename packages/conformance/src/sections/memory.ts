import type { HostArray, TypedArray } from '@samkit/core'
import { planOf } from '@samkit/core/testing'
import type { Check, Outcome } from '../check.ts'
import { compare } from '../compare/compare.ts'
import type { Held } from '../device/device.ts'
import { byBound } from '../judges/by-bound.ts'
import { printProgram } from '../program/print.ts'
import { type Program, tensorsOf } from '../program/program.ts'
import { below, leafBy, mixed, Sketch } from '../program/sketch.ts'
import { concerns, type Session } from '../session.ts'
import { type Fault, onReference, type ReferenceRun } from '../verdict.ts'
import { mainDtype, scaledSum } from './samples.ts'

const skipped: Outcome = { cases: 0, faults: [], skipped: 'not to be checked on this backend' }

/** Collects what is wrong with arrays that were read. */
class Findings {
  readonly faults: Fault[] = []
  cases = 0
  private readonly session: Session
  private readonly program: Program

  constructor(session: Session, program: Program) {
    this.session = session
    this.program = program
  }

  /** What was read is what the reference gives. */
  expect(actual: TypedArray, run: ReferenceRun, output: number, when: string): void {
    const allowance = byBound(run, this.session)[output]
    const expected = run.outputs[output]
    if (allowance === undefined || expected === undefined) return
    this.compare(actual, expected, when, allowance)
  }

  /** What was read is exactly this. */
  compare(
    actual: TypedArray,
    expected: HostArray,
    when: string,
    allowance: Parameters<typeof compare>[2] = { unit: () => 0, units: () => 0, signedZero: false },
  ): void {
    this.cases += 1
    const { fault } = compare(actual, expected, allowance, this.session.claims)
    if (fault === undefined || this.faults.length > 0) return
    this.faults.push({ message: `${when}: ${fault}`, code: printProgram(this.program, this.session.name) })
  }

  get outcome(): Outcome {
    return { cases: this.cases, faults: this.faults }
  }
}

/** A check on one program, with what the reference makes of it. */
function onProgram(
  title: string,
  programFor: (session: Session) => Program,
  look: (session: Session, run: ReferenceRun, findings: Findings, program: Program) => Promise<void>,
): Check {
  return {
    section: 'memory',
    title,
    run: async (session) => {
      const program = programFor(session)
      const traced = planOf(tensorsOf(program))
      if (!concerns(session, traced.plan)) return skipped
      const findings = new Findings(session, program)
      await look(session, onReference(traced), findings, program)
      return findings.outcome
    },
  }
}

/** One value given twice, an input given as it is, and one under another shape. */
function sharing(session: Session): Program {
  const sketch = new Sketch()
  const x = sketch.leaf(leafBy(mixed, [4, 6], mainDtype(session)))
  const y = sketch.step('add', [x, x])
  return sketch.program([
    y,
    sketch.step('reshape', [y], { shape: [24] }),
    y,
    sketch.step('reshape', [x], { shape: [6, 4] }),
    x,
  ])
}

/** Other data in fresh buffers of the same size, so that memory that was given back is written to. */
function scribble({ device }: Session, like: readonly Held[], keep: (held: Held) => Held): void {
  for (const { spec } of like) keep(device.upload(leafBy({ code: '7', at: () => 7 }, spec.shape, spec.dtype)))
}

const outputsAreTheirOwn = onProgram(
  'outputs share memory with no input and no other output',
  sharing,
  (session, run, findings) =>
    session.device.with(async (keep) => {
      const { device } = session
      const inputs = run.inputs.map((input) => keep(device.upload(input)))
      const outputs = await device.run(await device.compile(run.plan), run.plan, inputs)
      for (const output of outputs) keep(output)
      // One after another goes, the inputs first; those that are left must stay what they were.
      for (const input of inputs) input.dispose()
      scribble(session, inputs, keep)
      for (const [i, output] of outputs.entries()) {
        for (let j = i; j < outputs.length; j++) {
          findings.expect(await device.read(outputs[j] as Held), run, j, 'after another value was disposed')
        }
        output.dispose()
        scribble(session, [output], keep)
      }
    }),
)

const inputsStay = onProgram('a run leaves its inputs as they were', sharing, (session, run, findings) =>
  session.device.with(async (keep) => {
    const { device } = session
    const inputs = run.inputs.map((input) => keep(device.upload(input)))
    const executable = await device.compile(run.plan)
    for (let i = 0; i < 2; i++) {
      for (const output of await device.run(executable, run.plan, inputs)) output.dispose()
    }
    for (const [i, input] of inputs.entries()) {
      findings.compare(await device.read(input), run.inputs[i] as HostArray, 'an input after two runs')
    }
  }),
)

const ofOthers = ({ shape, dtype }: HostArray): HostArray => leafBy(below(5), shape, dtype)

const resultsStay = onProgram(
  'a result stays what it is when the program runs again',
  (session) => scaledSum(5, 7, mainDtype(session)),
  (session, run, findings) =>
    session.device.with(async (keep) => {
      const { device } = session
      const executable = await device.compile(run.plan)
      const inputs = run.inputs.map((input) => keep(device.upload(input)))
      const outputs = await device.run(executable, run.plan, inputs)
      for (const output of outputs) keep(output)
      const read = await Promise.all(outputs.map((output) => device.read(output)))
      const others = run.inputs.map((input) => keep(device.upload(ofOthers(input))))
      const second = onReference({ plan: run.plan, inputs: run.inputs.map(ofOthers) })
      for (const [i, output] of (await device.run(executable, run.plan, others)).entries()) {
        keep(output)
        findings.expect(await device.read(output), second, i, 'a second run on other data')
      }
      for (const [i, output] of outputs.entries()) {
        findings.expect(await device.read(output), run, i, 'the first result after a second run')
      }
      for (const output of outputs) output.dispose()
      scribble(session, outputs, keep)
      for (const [i, array] of read.entries()) {
        findings.expect(array, run, i, 'what was read, after its buffer was disposed')
      }
    }),
)

const shapesChange: Check = {
  section: 'memory',
  title: 'a program of the same steps on other shapes gives their results',
  run: async (session) => {
    const dtype = mainDtype(session)
    const sizes = [
      [2, 3],
      [3, 2],
      [1, 6],
      [6, 1],
      [2, 3],
    ] as const
    let outcome: Outcome = { cases: 0, faults: [] }
    for (const [rows, columns] of sizes) {
      const program = scaledSum(rows, columns, dtype)
      const traced = planOf(tensorsOf(program))
      if (!concerns(session, traced.plan)) return skipped
      const findings = new Findings(session, program)
      const run = onReference(traced)
      for (const [i, array] of (await session.device.compute(traced)).entries()) {
        findings.expect(array, run, i, 'after other shapes')
      }
      outcome = { cases: outcome.cases + 1, faults: [...outcome.faults, ...findings.faults].slice(0, 1) }
    }
    return outcome
  },
}

const runsHoldNothing: Check = {
  section: 'memory',
  title: 'many runs hold no more than one',
  run: async (session) => {
    const { device } = session
    const { backend } = device
    if (backend.memory === undefined)
      return { cases: 0, faults: [], skipped: 'the backend tells no memory()' }
    const traced = planOf(tensorsOf(scaledSum(8, 9, mainDtype(session))))
    if (!concerns(session, traced.plan)) return skipped
    const executable = await device.compile(traced.plan)
    const before = backend.memory()
    for (let i = 0; i < 20; i++) {
      await device.with(async (keep) => {
        const inputs = traced.inputs.map((input) => keep(device.upload(input)))
        for (const output of await device.run(executable, traced.plan, inputs))
          await device.read(keep(output))
      })
    }
    const after = backend.memory()
    const leaked = after.buffers > before.buffers || after.bytes > before.bytes
    const message = `20 runs leave ${after.buffers - before.buffers} buffers and ${after.bytes - before.bytes} bytes behind`
    return {
      cases: 20,
      faults: leaked
        ? [{ message, code: printProgram(scaledSum(8, 9, mainDtype(session)), session.name) }]
        : [],
    }
  },
}

const heldIsCounted: Check = {
  section: 'memory',
  title: 'memory() counts uploads and outputs',
  run: async (session) => {
    const { device } = session
    const { backend } = device
    if (backend.memory === undefined)
      return { cases: 0, faults: [], skipped: 'the backend tells no memory()' }
    const traced = planOf(tensorsOf(scaledSum(8, 9, mainDtype(session))))
    if (!concerns(session, traced.plan)) return skipped
    const count = (): number => backend.memory?.().buffers ?? 0
    const before = count()
    const held = await device.with(async (keep) => {
      const inputs = traced.inputs.map((input) => keep(device.upload(input)))
      const uploads = count() - before
      for (const output of await device.run(await device.compile(traced.plan), traced.plan, inputs))
        keep(output)
      return [uploads, count() - before]
    })
    const right = held[0] === 2 && held[1] === 3
    const message = `with two uploads and one output, memory() tells ${held[0]} and then ${held[1]} buffers more, not 2 and 3`
    return { cases: 1, faults: right ? [] : [{ message }] }
  },
}

/** What is held, what is shared, and what is given back. */
export function memoryChecks(): Check[] {
  return [outputsAreTheirOwn, inputsStay, resultsStay, shapesChange, heldIsCounted, runsHoldNothing]
}
