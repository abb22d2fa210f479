import { OpError } from '../graph/errors.ts'
import { formatShape, sameShape } from '../graph/shape.ts'
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

function isBranch(
  tree: unknown,
  path: string,
): tree is Readonly<Record<string, unknown>> | readonly unknown[] {
  if (tree === null || typeof tree !== 'object') {
    if (typeof tree === 'function' || typeof tree === 'symbol' || typeof tree === 'bigint')
      throw stranger(tree, path)
    return false
  }
  if (Array.isArray(tree)) return true
  const prototype: unknown = Object.getPrototypeOf(tree)
  if (prototype !== Object.prototype && prototype !== null) throw stranger(tree, path)
  return true
}

function stranger(value: unknown, path: string): Error {
  const kind =
    typeof value === 'object' && value !== null ? `a ${value.constructor.name}` : `a ${typeof value}`
  return new OpError('tree', `${where(path)} is ${kind}; trees are made of tensors, plain objects and arrays`)
}

const where = (path: string): string => (path === '' ? 'the root' : `'${path}'`)
const below = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

function rebuild(tree: unknown, path: string, visit: (leaf: Tensor, path: string) => unknown): unknown {
  if (tree instanceof Tensor) return visit(tree, path)
  if (!isBranch(tree, path)) return tree
  if (Array.isArray(tree)) return tree.map((child, i) => rebuild(child, below(path, String(i)), visit))
  return Object.fromEntries(
    Object.entries(tree).map(([key, child]) => [key, rebuild(child, below(path, key), visit)]),
  )
}

/** A tree of the same structure with `f(tensor, path)` in place of every tensor, in order. */
export function mapTree<P>(tree: P, f: (leaf: Tensor, path: string) => Tensor): P
export function mapTree<P, T>(tree: P, f: (leaf: Tensor, path: string) => T): MapTree<P, T>
export function mapTree<P>(tree: P, f: (leaf: Tensor, path: string) => unknown): unknown {
  return rebuild(tree, '', f)
}

/** The tensors of a tree with their paths, depth first, objects in the order of their keys. */
export function treeLeaves(tree: unknown): TreeLeaf[] {
  const leaves: TreeLeaf[] = []
  rebuild(tree, '', (tensor, path) => leaves.push({ tensor, path }))
  return leaves
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
  const leaves = treeLeaves(tree)
  return {
    leaves: leaves.map(({ tensor }) => tensor),
    structure: { paths: leaves.map(({ path }) => path), like: tree },
  }
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

/**
 * A tree of the same structure as `a` with `f(tensor of a, tensor of b, path)` in place of every tensor.
 *
 * @throws OpError naming the first path where the two differ.
 */
export function zipTrees<P>(a: P, b: MapTree<P, Tensor>, f: (a: Tensor, b: Tensor, path: string) => Tensor): P
export function zipTrees<P, T>(
  a: P,
  b: MapTree<P, Tensor>,
  f: (a: Tensor, b: Tensor, path: string) => T,
): MapTree<P, T>
export function zipTrees<P>(a: P, b: unknown, f: (a: Tensor, b: Tensor, path: string) => unknown): unknown {
  const others = new Map(treeLeaves(b).map(({ path, tensor }) => [path, tensor]))
  const result = rebuild(a, '', (leaf, path) => {
    const other = others.get(path)
    if (other === undefined) throw new OpError('tree', `the second tree has no tensor at ${where(path)}`)
    others.delete(path)
    return f(leaf, other, path)
  })
  const [extra] = others.keys()
  if (extra !== undefined) throw new OpError('tree', `the first tree has no tensor at ${where(extra)}`)
  return result
}

/**
 * Visits two trees of one structure side by side, second tree's tensor and path first to last.
 *
 * @throws OpError from the operation `op` when structures or shapes differ, naming the path.
 */
export function zipSameShape(
  op: string,
  a: unknown,
  b: unknown,
  visit: (ofB: Tensor, ofA: Tensor, path: string) => void,
): void {
  const first = treeLeaves(a)
  const second = new Map(treeLeaves(b).map(({ path, tensor }) => [path, tensor]))
  for (const { path, tensor } of first) {
    const other = second.get(path)
    if (other === undefined || first.length !== second.size) {
      const [x, y] = [first.map((leaf) => where(leaf.path)), [...second.keys()].map(where)]
      throw new OpError(op, `the trees differ: one has ${x.join(', ')}, the other ${y.join(', ')}`)
    }
    if (!sameShape(tensor.shape, other.shape)) {
      throw new OpError(
        op,
        `at ${where(path)} shapes ${formatShape(tensor.shape)} and ${formatShape(other.shape)} differ`,
      )
    }
    visit(other, tensor, path)
  }
}
