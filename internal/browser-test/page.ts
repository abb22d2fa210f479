// What the page runs. It posts what it found, or the error.
import { findings } from './findings.ts'

const told = await findings({ threads: 2 }).then(
  (found) => ({ isolated: crossOriginIsolated, found }),
  (error: unknown) => ({ error: error instanceof Error ? `${error.stack}` : String(error) }),
)
await fetch('/findings', { method: 'POST', body: JSON.stringify(told) })
