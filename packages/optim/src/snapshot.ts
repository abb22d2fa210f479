import { fromOwned, type HostArray, mapTree, treeLeaves } from '@samkit/core'
import type { MethodState } from './method.ts'
import type { Buffers } from './objective.ts'

/** Everything a run needs to go on elsewhere: arrays by path, to be written to a file. */
export type Snapshot = Readonly<Record<string, HostArray>>

/** What a run is between two steps. */
export interface RunState<P> {
  readonly params: P
  readonly buffers: Buffers
  readonly method: MethodState<P>
}

const stepPath = 'method.base.step'

/** The state as arrays by path. */
export async function takeSnapshot<P>(state: RunState<P>): Promise<Snapshot> {
  const entries = await Promise.all(
    treeLeaves(state).map(async ({ path, tensor: { shape, dtype }, tensor: t }) => {
      return [path, { shape, dtype, data: await t.data() }] as const
    }),
  )
  const step: HostArray = { shape: [], dtype: 'f64', data: Float64Array.of(state.method.base.step) }
  return Object.fromEntries([...entries, [stepPath, step]])
}

/**
 * A state like `state` with the arrays of a snapshot.
 *
 * @throws Error naming every array that is missing, of another shape, or not part of such a state.
 */
export function fromSnapshot<P>(state: RunState<P>, snapshot: Snapshot): RunState<P> {
  const problems: string[] = []
  const known = new Set<string>()
  const arrayAt = (
    path: string,
    like: { shape: readonly number[]; dtype: string },
  ): HostArray | undefined => {
    known.add(path)
    const found = Object.hasOwn(snapshot, path) ? snapshot[path] : undefined
    if (found === undefined) problems.push(`${path} is missing`)
    else if (found.dtype !== like.dtype || found.shape.join() !== like.shape.join()) {
      problems.push(
        `${path} is ${found.dtype} [${found.shape.join(', ')}], expected ${like.dtype} [${like.shape.join(', ')}]`,
      )
      return undefined
    }
    return found
  }
  const restored = mapTree(state, (t, path) => {
    const found = arrayAt(path, t)
    return found === undefined ? t : fromOwned(found.data.slice(), found.shape)
  })
  const step = arrayAt(stepPath, { shape: [], dtype: 'f64' })?.data[0] ?? Number.NaN
  if (problems.length === 0 && !(Number.isSafeInteger(step) && step >= 0))
    problems.push(`${stepPath} is ${step}`)
  for (const path of Object.keys(snapshot))
    if (!known.has(path)) problems.push(`${path} has no place in this run`)
  if (problems.length > 0) throw new Error(`trainer: this snapshot does not fit: ${problems.join('; ')}`)
  const { base, slots } = restored.method
  return {
    params: restored.params,
    buffers: restored.buffers,
    method: { base: { step, slots: base.slots }, slots },
  }
}
