import { readsInPlace } from './source.ts'
import { isContiguous } from './view.ts'
import { keptCount, needsOf, type ReduceWork, type Resolved } from './work.ts'

/**
 * For each piece of work the space of the reductions that alone use it, where these are of the kind that keeps to itself:
 * those over outer axes (a bias's gradient is a sum over rows), those in two steps, and those that leave next to nothing to
 * share among threads. Such a reduction loops in another order than the work around it, so it takes in only what is
 * computed for it alone.
 */
export function sinksOf({ work, outputs }: Resolved): (string | null)[] {
  const readers = new Map<number, number[]>()
  for (const [index, one] of work.entries()) {
    for (const value of needsOf(one)) {
      const list = readers.get(value)
      if (list === undefined) readers.set(value, [index])
      else list.push(index)
    }
  }
  const sinks = new Array<string | null>(work.length).fill(null)
  const given = new Set(outputs)
  for (let index = work.length - 1; index >= 0; index--) {
    const one = work[index]
    if (one === undefined || one.kind === 'kernel') continue
    if (one.kind === 'reduce') {
      sinks[index] = keepsToItself(one) ? spaceKey(one) : null
      continue
    }
    const { value, view } = one.target
    const users = readers.get(value) ?? []
    const [first = -1] = users
    const sink = sinks[first] ?? null
    const isPrivate =
      sink !== null &&
      !given.has(value) &&
      isContiguous(view, one.count) &&
      users.every((user) => {
        const reader = work[user]
        return (
          reader !== undefined &&
          reader.kind !== 'kernel' &&
          sinks[user] === sink &&
          reader.count === one.count &&
          readsInPlace(reader.source, value, one.count)
        )
      })
    sinks[index] = isPrivate ? sink : null
  }
  return sinks
}

/** With fewer rows than this a kernel leaves threads idle. */
const fewestRows = 8

/** Work this small may be done by one thread. */
const smallCount = 4096

function keepsToItself({ segments, count, partial = false }: ReduceWork): boolean {
  const isSerial = count > smallCount && keptCount(segments) < fewestRows
  return partial || isSerial || segments.at(-1)?.reduced === false
}

function spaceKey({ segments }: ReduceWork): string {
  return segments.map(({ size, reduced }) => `${reduced ? '-' : '+'}${size}`).join('')
}
