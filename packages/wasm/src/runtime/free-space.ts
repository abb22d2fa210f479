/** A free piece in a treap (Seidel and Aragon 1996): ordered by key, and heaped by a priority that looks random. */
interface Piece {
  readonly key: number
  readonly priority: number
  left: Piece | null
  right: Piece | null
}

/** Every piece begins at a multiple of so many bytes: a cache line, and four vectors. */
export const alignment = 64

/** The size comes first in a key, then the address: both in units of {@link alignment}, both below 2²⁶. */
const addresses = 2 ** 26

/** Rounded up to whole units. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}

/**
 * The free parts of an address range below 4 GiB. Takes the smallest piece that is large enough, the lowest of them
 * first, and joins neighbours when they are given back; both in O(log n).
 */
export class FreeSpace {
  private root: Piece | null = null
  private readonly sizes = new Map<number, number>()
  private readonly starts = new Map<number, number>()
  /** Free bytes in all. */
  bytes = 0

  /** How many pieces the free bytes lie in. */
  get pieces(): number {
    return this.sizes.size
  }

  /** The size of the largest piece. */
  get largest(): number {
    let piece = this.root
    while (piece?.right) piece = piece.right
    return piece === null ? 0 : Math.floor(piece.key / addresses) * alignment
  }

  /** The size of the free piece that ends at an address, 0 if there is none. */
  endingAt(end: number): number {
    const start = this.starts.get(end)
    return start === undefined ? 0 : end - start
  }

  /** The address of `bytes` free bytes, which are free no longer; null if no piece is large enough. */
  take(bytes: number): number | null {
    const size = aligned(bytes)
    const key = fitting(this.root, (size / alignment) * addresses)
    if (key === null) return null
    const start = (key % addresses) * alignment
    const whole = Math.floor(key / addresses) * alignment
    this.remove(start, whole)
    if (whole > size) this.add(start + size, whole - size)
    return start
  }

  /** Makes `bytes` at `start` free. */
  give(start: number, bytes: number): void {
    let [from, size] = [start, aligned(bytes)]
    const before = this.endingAt(from)
    if (before > 0) {
      this.remove(from - before, before)
      from -= before
      size += before
    }
    const after = this.sizes.get(from + size)
    if (after !== undefined) {
      this.remove(from + size, after)
      size += after
    }
    this.add(from, size)
  }

  private add(start: number, size: number): void {
    this.sizes.set(start, size)
    this.starts.set(start + size, start)
    this.bytes += size
    const key = keyOf(start, size)
    const [left, right] = split(this.root, key)
    this.root = merge(merge(left, { key, priority: scattered(key), left: null, right: null }), right)
  }

  private remove(start: number, size: number): void {
    this.sizes.delete(start)
    this.starts.delete(start + size)
    this.bytes -= size
    const key = keyOf(start, size)
    const [left, rest] = split(this.root, key)
    this.root = merge(left, split(rest, key + 1)[1])
  }
}

function keyOf(start: number, size: number): number {
  return (size / alignment) * addresses + start / alignment
}

/** The smallest key of at least `least`. */
function fitting(root: Piece | null, least: number): number | null {
  let best: number | null = null
  for (let piece = root; piece !== null; ) {
    if (piece.key >= least) best = piece.key
    piece = piece.key >= least ? piece.left : piece.right
  }
  return best
}

/** A number that looks random: the finalizer of MurmurHash3 over both halves of the key. */
function scattered(key: number): number {
  let h = ((key % 0x1_0000_0000) ^ Math.imul(key / 0x1_0000_0000, 0x9e3779b1)) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Pieces below `key`, and the others. */
function split(root: Piece | null, key: number): [Piece | null, Piece | null] {
  if (root === null) return [null, null]
  if (root.key < key) {
    const [left, right] = split(root.right, key)
    root.right = left
    return [root, right]
  }
  const [left, right] = split(root.left, key)
  root.left = right
  return [left, root]
}

/** Joins two treaps, where all keys of the first are below those of the second. */
function merge(a: Piece | null, b: Piece | null): Piece | null {
  if (a === null) return b
  if (b === null) return a
  if (a.priority > b.priority) {
    a.right = merge(a.right, b)
    return a
  }
  b.left = merge(a, b.left)
  return b
}
