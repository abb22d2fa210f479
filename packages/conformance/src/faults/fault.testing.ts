import { type Backend, sizeOf, type TypedArray } from '@samkit/core'
import type { Section } from '../section.ts'
import { type KernelChange, type KernelRun, soundBackend } from './sound.testing.ts'

/** A fault seeded into a right backend. */
export interface SeededFault {
  /** What is wrong, as a class of bugs. */
  readonly kind: string
  /** What the backend does. */
  readonly does: string
  /** The check that catches it. */
  readonly caughtBy: { readonly section: Section; readonly title: string }
  make(): Backend
  /** Only these primitives are looked at, to be quick. */
  readonly primitives?: readonly string[]
}

/** The title of the check of one primitive. */
const computes = (name: string): SeededFault['caughtBy'] => ({
  section: 'primitives',
  title: `${name} gives what the reference gives`,
})

/** The title of the check of special values of one primitive. */
export const special = (name: string): SeededFault['caughtBy'] => ({
  section: 'special values',
  title: `${name} of special values`,
})

/** A fault of one kernel. */
export function kernelFault(
  name: string,
  kind: string,
  does: string,
  change: KernelChange,
  caughtBy: SeededFault['caughtBy'] = computes(name),
): SeededFault {
  const make = (): Backend => soundBackend((run) => (run.primitive.name === name ? change(run) : undefined))
  const single = caughtBy.section === 'primitives' || caughtBy.section === 'special values'
  return { kind, does, caughtBy, make, ...(single ? { primitives: [name] } : {}) }
}

/** Changes each element of the right result. */
export function mapped({ right }: KernelRun, change: (x: number, i: number) => number): TypedArray {
  return right().map(change)
}

/** An elementwise result by another formula; operands broadcast rightly. */
export function formula({ inputs, output, right }: KernelRun, f: (...x: number[]) => number): TypedArray {
  const out = right().slice()
  for (let i = 0; i < out.length; i++) {
    out[i] = f(...inputs.map((input) => input.data[broadcastPlace(i, output.shape, input.shape)]!))
  }
  return out
}

function broadcastPlace(i: number, shape: readonly number[], own: readonly number[]): number {
  let [rest, place, stride] = [i, 0, 1]
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const k = rest % shape[axis]!
    rest = Math.floor(rest / shape[axis]!)
    const size = own[axis - shape.length + own.length]
    if (size === undefined) continue
    if (size !== 1) place += k * stride
    stride *= size
  }
  return place
}

/** The numbers of an attribute. */
export function list(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : []
}

/** The lines of an array along one axis: for each the places of its elements. */
export function linesOf(shape: readonly number[], axis: number): number[][] {
  const inner = sizeOf(shape.slice(axis + 1))
  const n = shape[axis]!
  const lines: number[][] = []
  for (let o = 0; o < sizeOf(shape.slice(0, axis)); o++) {
    for (let i = 0; i < inner; i++) lines.push(Array.from({ length: n }, (_, k) => (o * n + k) * inner + i))
  }
  return lines
}
