import { claimFaults } from './claim-faults.testing.ts'
import type { SeededFault } from './fault.testing.ts'
import { kernelFaults } from './kernel-faults.testing.ts'
import { memoryFaults } from './memory-faults.testing.ts'
import { placeFaults } from './place-faults.testing.ts'
import { planFaults } from './plan-faults.testing.ts'

/** Every fault that the kit is tried on. */
export const faults: readonly SeededFault[] = [
  ...kernelFaults,
  ...placeFaults,
  ...planFaults,
  ...memoryFaults,
  ...claimFaults,
]

/** The faults as rows of a table for the guide. */
export function faultTable(): string {
  const rows = faults.map(
    ({ kind, does, caughtBy }) => `| ${kind} | ${does} | ${caughtBy.section}: ${caughtBy.title} |`,
  )
  return ['| fault | what the backend does | caught by |', '| --- | --- | --- |', ...rows].join('\n')
}
