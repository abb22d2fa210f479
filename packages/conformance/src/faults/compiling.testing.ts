import type { Backend, DeviceBuffer, Executable, Plan, TypedArray } from '@samkit/core'
import type { SeededFault } from './fault.testing.ts'
import { type SoundBuffer, soundBackend } from './sound.testing.ts'

/** How a plan is run. */
export type Run = (inputs: readonly DeviceBuffer[]) => readonly DeviceBuffer[]

/** A backend that makes something else of plans. */
export function compiling(
  compile: (plan: Plan, sound: (plan: Plan) => Run, backend: Backend) => Run,
): Backend {
  const backend = soundBackend()
  const sound = (plan: Plan): Run => {
    const executable = backend.compile(plan) as Executable
    return (inputs) => executable.run(inputs) as readonly DeviceBuffer[]
  }
  return { ...backend, compile: (plan) => ({ run: compile(plan, sound, backend), fallbacks: [] }) }
}

/** A fault of a backend, with the check that catches it. */
export function fault(
  kind: string,
  does: string,
  section: SeededFault['caughtBy']['section'],
  title: string,
  make: () => Backend,
): SeededFault {
  return { kind, does, caughtBy: { section, title }, make }
}

/** What a buffer of a sound backend holds. */
export const dataOf = (buffer: DeviceBuffer): TypedArray => (buffer as SoundBuffer).data
