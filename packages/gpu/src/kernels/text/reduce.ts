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
        // Not a constant of its own: gpu.js would make it a float.
        const index = `(${i} * ${inner} + ${j})`
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

/** How many terms a round of the innermost loop adds up unless told otherwise. */
const unrolled = 4

/** Writes a loop over `before` plus 0 up to `size`, some of them a round. */
function inRounds(
  source: Source,
  size: number,
  round: number,
  before: string | number,
  add: (index: string) => void,
): void {
  const whole = Math.floor(size / round)
  const plus = before === 0 ? '' : `${before} + `
  const known = (i: number): string => (typeof before === 'number' ? String(before + i) : `(${plus}${i})`)
  if (whole > 1) {
    source.loop(whole, (j) => {
      for (let i = 0; i < round; i++) add(round === 1 ? `(${plus}${j})` : `(${plus}${j} * ${round} + ${i})`)
    })
  }
  for (let i = whole > 1 ? whole * round : 0; i < size; i++) add(known(i))
}

/**
 * Writes loops that sum up `x · y` over `count` terms, with what `term` gives for an index; several terms a round, and in
 * chunks like other sums. Returns the name of the sum.
 */
export function productLoops(source: Source, count: number, term: (index: string) => string): string {
  const [total = '0'] = vectorLoops(source, count, 1, (index) => [term(index)])
  return total
}

/**
 * Writes loops for `width` sums at once over `count` terms, in chunks like other sums: `terms` writes what they have in
 * common and gives a term for each; `round` terms of each are written out. Returns their names.
 */
export function vectorLoops(
  source: Source,
  count: number,
  width: number,
  terms: (index: string) => readonly string[],
  round: number = unrolled,
): string[] {
  const sums = (): string[] => {
    const names = Array.from({ length: width }, () => source.name('s'))
    for (const name of names) source.line(`let ${name} = 0;`)
    return names
  }
  const totals = sums()
  const inner = count > mostTerms ? chunkOf(count) : count
  const chunk = (into: readonly string[], size: number, before: string | number): void => {
    inRounds(source, size, round, before, (index) => {
      for (const [i, term] of terms(index).entries()) source.line(`${into[i]} += ${term};`)
    })
  }
  if (inner === count) {
    chunk(totals, count, 0)
    return totals
  }
  const part = (size: number, before: string | number): void => {
    const own = sums()
    chunk(own, size, before)
    for (const [i, total] of totals.entries()) source.line(`${total} += ${own[i]};`)
  }
  const chunks = Math.floor(count / inner)
  source.loop(chunks, (i) => part(inner, `${i} * ${inner}`))
  if (chunks * inner < count) part(count - chunks * inner, chunks * inner)
  return totals
}

/** How many of `size` terms to sum up on their own: a divisor near the square root where there is one. */
function chunkOf(size: number): number {
  const root = Math.sqrt(size)
  for (let chunk = Math.min(mostTerms * 2, Math.ceil(root)); chunk * 3 > root; chunk--) {
    if (size % chunk === 0) return chunk
  }
  return Math.min(mostTerms, Math.ceil(root))
}

/**
 * Writes loops over `sizes` and keeps the largest or smallest of what `terms` writes, one or several values a round. Returns
 * its name.
 */
export function extremumLoops(
  source: Source,
  sizes: readonly number[],
  better: (a: string, b: string) => string,
  terms: (indices: readonly string[]) => readonly string[],
): string {
  const best = source.name('m')
  const [first = '0'] = terms(sizes.map(() => '0'))
  source.line(`let ${best} = ${first};`)
  const level = (axis: number, indices: readonly string[]): void => {
    const size = sizes[axis]
    if (size !== undefined) source.loop(size, (index) => level(axis + 1, [...indices, index]))
    else for (const term of terms(indices)) source.line(`${best} = ${better(best, term)};`)
  }
  level(0, [])
  return best
}
