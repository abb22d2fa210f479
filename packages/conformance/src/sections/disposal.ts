import { planOf } from '@samkit/core/testing'
import type { Check, Outcome } from '../check.ts'
import { compare, exactly } from '../compare/compare.ts'
import { Device } from '../device/device.ts'
import { tensorsOf } from '../program/program.ts'
import { concerns } from '../session.ts'
import { type Fault, messageOf, onReference } from '../verdict.ts'
import { mainDtype, scaledSum } from './samples.ts'

/** How long an answer may take after the backend was disposed. */
const patience = 20_000

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TypeError(`no answer within ${patience / 1000} s`)), patience)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const afterwards: Check = {
  section: 'disposal',
  title: 'after dispose it refuses in clear words, or stays right',
  run: async (session): Promise<Outcome> => {
    const { source, claims } = session
    if (typeof source !== 'function') {
      return { cases: 0, faults: [], skipped: 'the backend was given, not made here' }
    }
    const backend = await source()
    const device = new Device(backend)
    const run = onReference(planOf(tensorsOf(scaledSum(2, 3, mainDtype(session)))))
    if (!concerns(session, run.plan))
      return { cases: 0, faults: [], skipped: 'not to be checked on this backend' }
    const executable = await device.compile(run.plan)
    const inputs = run.inputs.map((input) => device.upload(input))
    const [output] = await device.run(executable, run.plan, inputs)
    await backend.dispose()
    const faults: Fault[] = []
    const attempt = async (
      what: string,
      work: () => Promise<Awaited<ReturnType<Device['read']>> | undefined>,
    ): Promise<void> => {
      try {
        const data = await withinTime(work())
        const expected = run.outputs[0]
        if (data === undefined || expected === undefined) return
        const { fault } = compare(data, expected, exactly(false), claims)
        if (fault !== undefined) faults.push({ message: `${what} after dispose: ${fault}` })
      } catch (error) {
        if (error instanceof Error && !(error instanceof TypeError) && !(error instanceof ReferenceError))
          return
        faults.push({
          message: `${what} after dispose: "${messageOf(error)}" does not say that the backend was disposed`,
        })
      }
    }
    await attempt('reading', async () => (output === undefined ? undefined : device.read(output)))
    await attempt('running', async () => {
      const [again] = await device.run(executable, run.plan, inputs)
      return again === undefined ? undefined : device.read(again)
    })
    await attempt('uploading and computing', async () => (await device.compute(run))[0])
    try {
      output?.dispose()
      for (const input of inputs) input.dispose()
    } catch (error) {
      faults.push({ message: `disposing a buffer after the backend throws: ${messageOf(error)}` })
    }
    await backend.dispose().catch((error: unknown) => {
      faults.push({ message: `disposing twice throws: ${messageOf(error)}` })
    })
    return { cases: 4, faults }
  },
}

/** What a backend does after its end. */
export function disposalChecks(): Check[] {
  return [afterwards]
}
