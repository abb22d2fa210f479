import { formatShape, OpError, type Shape } from '@samkit/core'
import type { PrimitiveKernel } from '@samkit/core/compiler'
import { type Int, i32, type Value } from '../../assembler/index.ts'
import type { Lines } from './lines.ts'
import { linesOf } from './lines.ts'

/** An axis, or several that count as one, and how far apart its places lie in the index. */
interface Digit {
  readonly size: number
  readonly stride: number
}

/**
 * What gather and scatterAdd have in common. `small` has one element for each index, `large` is indexed into; they differ
 * along one axis only.
 */
export interface Indexing {
  readonly small: Lines
  readonly large: Lines
  /** The index along the axis itself. */
  readonly along: number
  readonly outer: readonly Digit[]
  readonly inner: readonly Digit[]
  /** Text that tells indexings apart. */
  readonly key: string
  readonly failure: (value: number) => Error
}

/** The axes of a shape without those of size 1, neighbours joined where one stride goes through both. */
function digitsOf(sizes: Shape, strides: readonly number[]): Digit[] {
  const digits: Digit[] = []
  for (const [axis, size] of sizes.entries()) {
    if (size === 1) continue
    const stride = strides[axis] ?? 0
    const last = digits.at(-1)
    if (last !== undefined && last.stride === stride * size) {
      digits[digits.length - 1] = { size: last.size * size, stride }
    } else digits.push({ size, stride })
  }
  return digits
}

/** How `small` and `large` are indexed along an axis. */
export function indexingOf(
  { primitive: { name } }: PrimitiveKernel,
  shapes: { readonly small: Shape; readonly large: Shape; readonly index: Shape },
  axis: number,
): Indexing {
  const { small, large, index } = shapes
  const strides = index.map((n, a) => (n === 1 ? 0 : index.slice(a + 1).reduce((count, m) => count * m, 1)))
  const outer = digitsOf(small.slice(0, axis), strides.slice(0, axis))
  const inner = digitsOf(small.slice(axis + 1), strides.slice(axis + 1))
  const [lines, into] = [linesOf(small, axis), linesOf(large, axis)]
  const along = strides[axis] ?? 0
  const text = [outer, inner].map((digits) => digits.map(({ size, stride }) => `${size}:${stride}`).join())
  return {
    small: lines,
    large: into,
    along,
    outer,
    inner,
    key: [lines.outer, lines.length, into.length, lines.inner, along, ...text].join(' '),
    failure: (value) =>
      new OpError(
        name,
        `index ${value} is out of range: ` +
          `axis ${axis} of ${formatShape(large)} has indices 0 to ${into.length - 1}`,
      ),
  }
}

/** Whether all places share one entry of the index. */
export function isShared(digits: readonly Digit[]): boolean {
  return digits.every(({ stride }) => stride === 0)
}

/** Where in the index the entry for a place stands that is counted in row-major order over `digits`. */
export function placeIn(digits: readonly Digit[], count: Int): Value<'i32'> {
  let place = i32.const(0)
  let below = 1
  for (const [i, { size, stride }] of [...digits.entries()].reverse()) {
    const rest = below === 1 ? count : i32.divU(count, below)
    if (stride !== 0) {
      const digit = i === 0 ? rest : i32.remU(rest, size)
      place = i32.add(place, i32.mul(digit, stride))
    }
    below *= size
  }
  return place
}
