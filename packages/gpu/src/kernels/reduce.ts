import type { Source } from './source.ts'

/** The most terms that are summed one after another: partial sums of this many lose fewer places. */
const mostTerms = 64

/**
 * Writes loops over `sizes` and sums up what `term` writes and returns, level by level: the innermost loop into a sum of
 * its own, those into the next. Returns the name of the sum.
 */
export function sumLoops(
  source: Source,
  sizes: readonly number[],
  term: (indices: readonly string[]) => string | null,
): string {
  const total = source.name('s')
  source.line(`let ${total} = 0;`)
  const level = (axis: number, into: string, indices: readonly string[]): void => {
    const size = sizes[axis]
    if (size === undefined) {
      const value = term(indices)
      if (value !== null) source.line(`${into} += ${value};`)
      return
    }
    if (size > mostTerms) inChunks(axis, size, into, indices)
    else source.loop(size, (index) => deeper(axis, into, [...indices, index]))
  }
  const deeper = (axis: number, into: string, indices: readonly string[]): void => {
    if (axis === sizes.length - 1) {
      level(axis + 1, into, indices)
      return
    }
    const own = source.name('s')
    source.line(`let ${own} = 0;`)
    level(axis + 1, own, indices)
    source.line(`${into} += ${own};`)
  }
  const inChunks = (axis: number, size: number, into: string, indices: readonly string[]): void => {
    const inner = chunkOf(size)
    const outer = Math.ceil(size / inner)
    source.loop(outer, (i) => {
      const own = source.name('s')
      source.line(`let ${own} = 0;`)
      source.loop(inner, (j) => {
        const index = source.constant('k', `${i} * ${inner} + ${j}`)
        const body = (): void => deeper(axis, own, [...indices, index])
        if (outer * inner === size) body()
        else source.when(`${index} < ${size}`, body)
      })
      source.line(`${into} += ${own};`)
    })
  }
  level(0, total, [])
  return total
}

/** How many of `size` terms to sum up on their own: a divisor near the square root where there is one. */
function chunkOf(size: number): number {
  const root = Math.sqrt(size)
  for (let chunk = Math.min(mostTerms * 2, Math.ceil(root)); chunk * 3 > root; chunk--) {
    if (size % chunk === 0) return chunk
  }
  return Math.min(mostTerms, Math.ceil(root))
}

/** Writes loops over `sizes` and keeps the largest or smallest of what `term` writes. Returns its name. */
export function extremumLoops(
  source: Source,
  sizes: readonly number[],
  better: (a: string, b: string) => string,
  term: (indices: readonly string[]) => string,
): string {
  const best = source.name('m')
  source.line(`let ${best} = ${term(sizes.map(() => '0'))};`)
  const level = (axis: number, indices: readonly string[]): void => {
    const size = sizes[axis]
    if (size === undefined) source.line(`${best} = ${better(best, term(indices))};`)
    else source.loop(size, (index) => level(axis + 1, [...indices, index]))
  }
  level(0, [])
  return best
}
