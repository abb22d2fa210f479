/** The command was called in a way it does not understand. Exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The command was understood but could not be carried out; the message is for people. Exit status 1. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** What an error says, on one line. */
export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error)
  return message.replace(/\s+/g, ' ').trim()
}
