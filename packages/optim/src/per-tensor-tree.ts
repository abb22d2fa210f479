import { treeLeaves } from '@samkit/core'

/**
 * A value for each parameter tensor: one value for all, or a tree like the parameters. A value in place of a whole branch
 * counts for every tensor below it; null stands where a parameter is absent.
 *
 * @example
 * { backbone: 0.05, head: { weight: 0.1, bias: 0 } }
 */
export type PerTensor<T extends number | boolean | string> =
  | T
  | null
  | readonly PerTensor<T>[]
  | { readonly [name: string]: PerTensor<T> }

/**
 * The value of each parameter tensor, in their order.
 *
 * @throws Error naming the path of a parameter without a value, or of a value without a parameter.
 */
export function perTensorValues<T extends number | boolean | string>(
  owner: string,
  option: string,
  values: PerTensor<T>,
  params: unknown,
): T[] {
  const given = new Map<string, T>()
  collect(values, '', given)
  const used = new Set<string>()
  const found = treeLeaves(params).map(({ path }) => {
    for (let prefix: string | null = path; prefix !== null; prefix = parentOf(prefix)) {
      const value = given.get(prefix)
      if (value !== undefined) {
        used.add(prefix)
        return value
      }
    }
    throw new Error(`${owner}: ${option} has no value for the parameter '${path}'`)
  })
  for (const path of given.keys()) {
    if (path !== '' && !used.has(path))
      throw new Error(`${owner}: ${option} names '${path}', which is no parameter`)
  }
  return found
}

function collect<T extends number | boolean | string>(
  tree: PerTensor<T>,
  path: string,
  into: Map<string, T>,
): void {
  if (tree === null) return
  if (typeof tree !== 'object') {
    into.set(path, tree)
    return
  }
  for (const [key, child] of Object.entries(tree)) collect(child, path === '' ? key : `${path}.${key}`, into)
}

/** The path one level up; the root's is empty, and nothing is above it. */
function parentOf(path: string): string | null {
  if (path === '') return null
  return path.slice(0, Math.max(0, path.lastIndexOf('.')))
}

/**
 * Values by what parameters are for, from a tree of kinds such as `@samkit/nn`'s `layer.kinds()`: each tensor gets its kind's
 * value, or `otherwise`.
 *
 * @example
 * adamW({ weightDecay: byKind(model.kinds(), { weight: 0.05 }, 0) }) // no decay on biases, norms and embeddings
 */
export function byKind<T extends number | boolean | string>(
  kinds: PerTensor<string>,
  values: Readonly<Record<string, T>>,
  otherwise: T,
): PerTensor<T> {
  if (kinds === null) return null
  if (typeof kinds === 'string')
    return Object.hasOwn(values, kinds) ? (values[kinds] ?? otherwise) : otherwise
  if (isList(kinds)) return kinds.map((kind) => byKind(kind, values, otherwise))
  return Object.fromEntries(
    Object.entries(kinds).map(([key, kind]) => [key, byKind(kind, values, otherwise)]),
  )
}

function isList<T extends number | boolean | string>(tree: PerTensor<T>): tree is readonly PerTensor<T>[] {
  return Array.isArray(tree)
}

/**
 * Checks every value of a tree.
 *
 * @throws RangeError naming the optimizer, the option, the place, the value and the range.
 */
export function checkValues(owner: string, option: string, values: PerTensor<number>, low: number): void {
  const given = new Map<string, number>()
  collect(values, '', given)
  for (const [path, value] of given) {
    if (value >= low) continue
    throw new RangeError(
      `${owner}: ${option}${path === '' ? '' : ` at '${path}'`} must be at least ${low}, got ${value}`,
    )
  }
}
