import { constants } from 'node:os'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Ctrl-C and its relatives, turned into a request to stop at the next good moment. */
export interface Interrupt {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal
  /** The exit status that says which signal it was: 130 for Ctrl-C. */
  readonly exitStatus: number
  /** Gives the signals their usual meaning back. */
  release(): void
}

/** Listens for the first signal. The second finds the usual meaning again, and ends the process at once. */
export function listenForInterrupt(onInterrupt: () => void): Interrupt {
  const controller = new AbortController()
  let exitStatus = 0
  const release = (): void => {
    for (const name of signals) process.removeListener(name, stop)
  }
  const stop = (name: NodeJS.Signals): void => {
    exitStatus = 128 + constants.signals[name]
    release()
    controller.abort()
    onInterrupt()
  }
  for (const name of signals) process.on(name, stop)
  return {
    signal: controller.signal,
    get exitStatus() {
      return exitStatus
    },
    release,
  }
}
