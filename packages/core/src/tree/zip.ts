import { OpError } from '../graph/errors.ts'
import { formatSpec, sameShape } from '../graph/shape.ts'
import { Tensor } from '../graph/tensor.ts'
import { type Branch, below, isBranch, type MapTree, place, treeLeaves } from './tree.ts'

type Visit = (a: Tensor, b: Tensor, path: string) => unknown

/** Who asks, and what the two trees are to him: the words of an error. */
interface Words {
  readonly op: string
  readonly a: string
  readonly b: string
}

/** Walks two trees side by side and rebuilds the first. */
function walk(words: Words, a: unknown, b: unknown, visit: Visit, path = '', depth = 0): unknown {
  if (a instanceof Tensor) {
    if (!(b instanceof Tensor)) throw onlyIn(words.op, words.a, words.b, path)
    return visit(a, b, path)
  }
  if (!isBranch(a, path, depth)) {
    refuseTensors(words, b, path)
    return a
  }
  if (b instanceof Tensor) throw onlyIn(words.op, words.b, words.a, path)
  const others = isBranch(b, path, depth) ? childrenOf(b) : new Map<string, unknown>()
  const child = (value: unknown, key: string | number): unknown => {
    const other = others.get(String(key))
    others.delete(String(key))
    return walk(words, value, other, visit, below(path, key), depth + 1)
  }
  const rebuilt = Array.isArray(a)
    ? a.map(child)
    : Object.fromEntries(Object.entries(a).map(([key, value]) => [key, child(value, key)]))
  for (const [key, other] of others) refuseTensors(words, other, below(path, key))
  return rebuilt
}

function childrenOf(branch: Branch): Map<string, unknown> {
  return new Map(Object.entries(branch))
}

/** Refuses tensors in the second tree where the first has none. */
function refuseTensors({ op, a, b }: Words, tree: unknown, path: string): void {
  const [leaf] = treeLeaves(tree)
  if (leaf !== undefined) throw onlyIn(op, b, a, leaf.path === '' ? path : below(path, leaf.path))
}

function onlyIn(op: string, has: string, lacks: string, path: string): Error {
  return new OpError(op, `${has} has a tensor at ${place(path)}, ${lacks} has none there`)
}

/**
 * A tree of the same structure as `a` with `f(tensor of a, tensor of b, path)` in place of every tensor. What stands
 * beside the tensors is `a`'s.
 *
 * @throws OpError naming the first path where one tree has a tensor and the other has none.
 */
export function zipTrees<P>(
  a: P,
  b: NoInfer<MapTree<P, Tensor>>,
  f: (a: Tensor, b: Tensor, path: string) => Tensor,
): P
export function zipTrees<P, T>(
  a: P,
  b: NoInfer<MapTree<P, Tensor>>,
  f: (a: Tensor, b: Tensor, path: string) => T,
): MapTree<P, T>
export function zipTrees<P>(a: P, b: unknown, f: Visit): unknown {
  return walk({ op: 'tree', a: 'the first tree', b: 'the second tree' }, a, b, f)
}

/**
 * The tensors of `b` in the order of `a`'s, for two trees that must have the same structure, shapes and dtypes.
 *
 * @throws OpError in the given words, naming the first path where they differ.
 */
export function matchingLeaves(words: Words, a: unknown, b: unknown): Tensor[] {
  const matched: Tensor[] = []
  walk(words, a, b, (ofA, ofB, path) => {
    if (!sameShape(ofA.shape, ofB.shape) || ofA.dtype !== ofB.dtype) {
      throw new OpError(
        words.op,
        `at ${place(path)} ${words.a} is ${formatSpec(ofA)} but ${words.b} ${formatSpec(ofB)}; they must agree`,
      )
    }
    matched.push(ofB)
  })
  return matched
}
