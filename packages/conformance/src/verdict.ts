import { type HostArray, OpError, type Plan, StepError, type Tensor } from '@samkit/core'
import { planOf, type TracedPlan } from '@samkit/core/testing'
import { type Allowance, compare, noError, type Worst, worseOf } from './compare/compare.ts'
import { interpret, outputsOf } from './program/interpret.ts'
import { type Answers, printProgram } from './program/print.ts'
import { type Program, tensorsOf } from './program/program.ts'
import { concerns, type Session } from './session.ts'

/** What is wrong, told twice: in words, and as code that shows it. */
export interface Fault {
  readonly message: string
  /** Code that runs as it stands; absent where no program is to blame. */
  readonly code?: string
}

/** What came of comparing a program on the backend with the reference. */
export interface Verdict {
  readonly worst: Worst
  readonly fault?: Fault
}

/** What a run on the reference is like: what allowances are worked out from. */
export interface ReferenceRun {
  readonly plan: Plan
  readonly inputs: readonly HostArray[]
  /** Every value of the plan. */
  readonly values: readonly HostArray[]
  readonly outputs: readonly HostArray[]
}

/** How far each output may be off. */
export type Judge = (run: ReferenceRun, session: Session) => readonly Allowance[]

/** A run on the reference kernels. */
export function onReference({ plan, inputs }: TracedPlan): ReferenceRun {
  const values = interpret(plan, inputs)
  return { plan, inputs, values, outputs: outputsOf(plan, values) }
}

/** The message of anything thrown, that of the cause for a step that failed. */
export function messageOf(error: unknown): string {
  if (error instanceof StepError && error.cause !== undefined) return messageOf(error.cause)
  return error instanceof Error ? error.message : String(error)
}

/**
 * Runs a program on the backend and on the reference and compares, each output within what `judge` allows. Undefined where
 * the program makes no sense, so that it tells nothing: its shapes do not fit, or the reference refuses it.
 */
export async function verdictOf(
  session: Session,
  program: Program,
  judge: Judge,
): Promise<Verdict | undefined> {
  let run: ReferenceRun
  try {
    const traced = planOf(tensorsOf(program))
    if (!concerns(session, traced.plan)) return undefined
    run = onReference(traced)
  } catch (error) {
    if (error instanceof OpError) return undefined
    throw error
  }
  return verdictOn(session, run, judge, (answers) => printProgram(program, session.name, answers))
}

/** The same for tensors, with the code that makes them. */
export async function verdictOfTensors(
  session: Session,
  tensors: readonly Tensor[],
  judge: Judge,
  code: (answers: Answers) => string,
): Promise<Verdict | undefined> {
  const traced = planOf(tensors)
  return concerns(session, traced.plan) ? verdictOn(session, onReference(traced), judge, code) : undefined
}

async function verdictOn(
  session: Session,
  run: ReferenceRun,
  judge: Judge,
  code: (answers: Answers) => string,
): Promise<Verdict> {
  const { outputs: expected } = run
  let arrays: Awaited<ReturnType<typeof session.device.compute>>
  try {
    arrays = await session.device.compute(run)
  } catch (error) {
    return { worst: noError, fault: { message: `it throws: ${messageOf(error)}`, code: code({ expected }) } }
  }
  const allowances = judge(run, session)
  let worst = noError
  let message: string | undefined
  expected.forEach((output, i) => {
    const allowance = allowances[i]
    const actual = arrays[i]
    if (allowance === undefined || actual === undefined) return
    const compared = compare(actual, output, allowance, session.claims)
    worst = worseOf(worst, compared.worst)
    const which = expected.length > 1 ? `of output ${i} ` : ''
    if (compared.fault !== undefined) message ??= `${which}${compared.fault}`
  })
  if (message === undefined) return { worst }
  const actual = expected.map(({ shape, dtype }, i) => {
    return { shape, dtype, data: arrays[i] ?? new Float64Array() }
  })
  return { worst, fault: { message, code: code({ actual, expected }) } }
}
