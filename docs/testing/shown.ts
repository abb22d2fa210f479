import { format } from 'node:util'

let pending: string[] = []
let shownAt = new Map<number, string>()

/**
 * Called by a page's program where the page shows what was printed: at the line of the place.
 *
 * @public
 */
export function shown(line: number): void {
  if (pending.length === 0) return
  const before = shownAt.get(line)
  shownAt.set(line, [...(before === undefined ? [] : [before]), ...pending].join('\n'))
  pending = []
}

/** Runs `body` and gives what it printed, by the line that shows it. */
export async function printedBy(body: () => Promise<unknown>): Promise<ReadonlyMap<number, string>> {
  pending = []
  shownAt = new Map()
  const { log } = console
  console.log = (...values: unknown[]) => {
    pending.push(format(...values).trimEnd())
  }
  try {
    await body()
    return shownAt
  } finally {
    console.log = log
  }
}
