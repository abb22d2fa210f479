import { setImmediate } from 'node:timers/promises'

/**
 * Lets signals, timers and streams have their turn. A synchronous backend answers without ever going back to the event
 * loop, and Ctrl-C would wait for the end of the run.
 */
export async function nextTurn(): Promise<void> {
  await setImmediate()
}
