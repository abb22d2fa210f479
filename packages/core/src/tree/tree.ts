import { OpError } from '../graph/errors.ts'
import { Tensor } from '../graph/tensor.ts'

/*
 * A tree is a tensor, or a plain object or array of trees. Numbers, strings, booleans, null and undefined may stand
 * beside tensors (a step count, an absent bias); they are part of the structure and are handed on as they are.
 */

/** The tree `P` with something else in place of its tensors. */
export type MapTree<P, T> = P extends Tensor
  ? T
  : P extends number | string | boolean | null | undefined
    ? P
    : { readonly [K in keyof P]: MapTree<P[K], T> }

/** One tensor of a tree, with the path to it, such as `layers.0.weight`. */
export interface TreeLeaf {
  readonly path: string
  readonly tensor: Tensor
}

/** A tree that has children. */
export type Branch = Readonly<Record<string, unknown>> | readonly unknown[]

/** Deeper than any model, and far less deep than the call stack. */
const depthLimit = 1000

/**
 * Whether `tree` has children; false for what stands beside tensors.
 *
 * @throws OpError when it can be no part of a tree.
 */
export function isBranch(tree: unknown, path: string, depth: number): tree is Branch {
  if (tree === null || typeof tree !== 'object') {
    if (typeof tree === 'function' || typeof tree === 'symbol' || typeof tree === 'bigint')
      throw stranger(tree, path)
    return false
  }
  if (depth > depthLimit) {
    throw new OpError(
      'tree',
      `nests deeper than ${depthLimit} levels at '${path.slice(0, 40)}…'; does it contain itself?`,
    )
  }
  if (Array.isArray(tree)) return true
  const prototype: unknown = Object.getPrototypeOf(tree)
  if (prototype !== Object.prototype && prototype !== null) throw stranger(tree, path)
  return true
}

function stranger(value: unknown, path: string): Error {
  const kind = typeof value === 'object' && value !== null ? value.constructor?.name : typeof value
  return new OpError(
    'tree',
    `${place(path)} is a ${kind ?? 'class instance'}; trees are made of tensors, plain objects and arrays`,
  )
}

/** The path as a message names it. */
export function place(path: string): string {
  return path === '' ? 'the root' : `'${path}'`
}

/** The path to a child. */
export function below(path: string, key: string | number): string {
  return path === '' ? String(key) : `${path}.${key}`
}

function rebuild(
  tree: unknown,
  visit: (leaf: Tensor, path: string) => unknown,
  path = '',
  depth = 0,
): unknown {
  if (tree instanceof Tensor) return visit(tree, path)
  if (!isBranch(tree, path, depth)) return tree
  if (isList(tree)) {
    return tree.map((value, i) => rebuild(value, visit, below(path, i), depth + 1))
  }
  const built: Record<string, unknown> = {}
  for (const key of Object.keys(tree)) {
    setOwn(built, key, rebuild(tree[key], visit, below(path, key), depth + 1))
  }
  return built
}

function isList(branch: Branch): branch is readonly unknown[] {
  return Array.isArray(branch)
}

/** `built[key] = value`, also for the one key that would mean something else. */
function setOwn(built: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') built[key] = value
  else Object.defineProperty(built, key, { value, enumerable: true, configurable: true, writable: true })
}

/** A tree of the same structure with `f(tensor, path)` in place of every tensor, in order. */
export function mapTree<P>(tree: P, f: (leaf: Tensor, path: string) => Tensor): P
export function mapTree<P, T>(tree: P, f: (leaf: Tensor, path: string) => T): MapTree<P, T>
export function mapTree<P>(tree: P, f: (leaf: Tensor, path: string) => unknown): unknown {
  return rebuild(tree, f)
}

/** The tensors of a tree with their paths, depth first, objects in the order of their keys. */
export function treeLeaves(tree: unknown): TreeLeaf[] {
  const tensors: Tensor[] = []
  const paths: string[] = []
  collect(tree, '', 0, tensors, paths)
  return tensors.map((tensor, i) => ({ path: paths[i] ?? '', tensor }))
}

function collect(tree: unknown, path: string, depth: number, tensors: Tensor[], paths: string[]): void {
  if (tree instanceof Tensor) {
    tensors.push(tree)
    paths.push(path)
  } else if (isBranch(tree, path, depth)) {
    if (isList(tree)) {
      for (const [i, value] of tree.entries()) collect(value, below(path, i), depth + 1, tensors, paths)
    } else
      for (const key of Object.keys(tree)) collect(tree[key], below(path, key), depth + 1, tensors, paths)
  }
}

/** A tree without its tensors: what `unflattenTree` needs to build it again. */
export interface TreeStructure<P> {
  /** The paths of the tensors, in the order of the leaves. */
  readonly paths: readonly string[]
  /** The tree this structure was taken from. */
  readonly like: P
}

/** A tree taken apart into its tensors, in order, and its structure. */
export function flattenTree<P>(tree: P): {
  readonly leaves: readonly Tensor[]
  readonly structure: TreeStructure<P>
} {
  const leaves: Tensor[] = []
  const paths: string[] = []
  collect(tree, '', 0, leaves, paths)
  return { leaves, structure: { paths, like: tree } }
}

/**
 * The tree of the given structure with these tensors, in the order `flattenTree` gave them.
 *
 * @throws OpError when there are more or fewer tensors than the structure has places.
 */
export function unflattenTree<P>({ paths, like }: TreeStructure<P>, leaves: readonly Tensor[]): P {
  if (leaves.length !== paths.length) {
    throw new OpError('tree', `${leaves.length} tensors do not fill a tree of ${paths.length}`)
  }
  let next = 0
  return mapTree(like, () => leaves[next++] as Tensor)
}
