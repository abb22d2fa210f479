import type { Executable, TypedArray } from '@samkit/core'
import { planOf, type TracedPlan } from '@samkit/core/testing'
import type { Check, Outcome } from '../check.ts'
import { printProgram } from '../program/print.ts'
import { tensorsOf } from '../program/program.ts'
import { concerns, type Session } from '../session.ts'
import type { Fault } from '../verdict.ts'
import { mainDtype, type Sample, samples } from './samples.ts'

const titles = samples('f32', false).map(({ title }) => title)

/** Whether two results have the same bits. */
function sameBits(a: readonly TypedArray[], b: readonly TypedArray[]): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: TypedArray) =>
    new Uint8Array(buffer, byteOffset, byteLength)
  return a.every((array, i) => {
    const [x, y] = [bytes(array), bytes(b[i] ?? new Uint8Array())]
    return x.length === y.length && x.every((byte, at) => byte === y[at])
  })
}

async function ran(
  { device }: Session,
  executable: Executable,
  { plan, inputs }: TracedPlan,
): Promise<TypedArray[]> {
  return device.with(async (keep) => {
    const outputs = await device.run(
      executable,
      plan,
      inputs.map((input) => keep(device.upload(input))),
    )
    for (const output of outputs) keep(output)
    return Promise.all(outputs.map((output) => device.read(output)))
  })
}

async function sampleOutcome(session: Session, { program }: Sample): Promise<Outcome> {
  const traced = planOf(tensorsOf(program))
  if (!concerns(session, traced.plan))
    return { cases: 0, faults: [], skipped: 'not to be checked on this backend' }
  const { device } = session
  const executable = await device.compile(traced.plan)
  const first = await ran(session, executable, traced)
  const faults: Fault[] = []
  const compare = (again: readonly TypedArray[], how: string): void => {
    if (faults.length > 0 || sameBits(first, again)) return
    faults.push({ message: `${how} gives other bits`, code: printProgram(program, session.name) })
  }
  for (let i = 0; i < 4; i++) compare(await ran(session, executable, traced), 'the same program run again')
  compare(await ran(session, await device.compile(traced.plan), traced), 'the same program compiled again')
  return { cases: 5, faults }
}

/** The same program gives the same bits, run again and compiled again. */
export function determinismChecks(): Check[] {
  return titles.map((title) => ({
    section: 'determinism',
    title: `${title} gives the same bits each time`,
    run: async (session) => {
      const sample = samples(mainDtype(session), mainDtype(session) === 'i32').find(
        (one) => one.title === title,
      )
      if (!session.device.backend.capabilities.deterministic) {
        return { cases: 0, faults: [], skipped: 'the backend does not claim it' }
      }
      if (sample === undefined) return { cases: 0, faults: [], skipped: 'the backend claims no floats' }
      return sampleOutcome(session, sample)
    },
  }))
}
