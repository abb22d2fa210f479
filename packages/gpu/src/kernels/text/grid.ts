import type { AxisIndex, Digit } from './digits.ts'

/** Threads in a grid, and what the axes of a loop are there. */
export interface Grid {
  /** How many threads there are along x, y and z. */
  readonly threads: readonly number[]
  readonly axes: readonly AxisIndex[]
}

/** The most threads along y or z: devices take 65,535 groups, each of at least one. */
const mostAlong = 65535

/** A grid for the digits of a thread's number, of which there are two or three, none flipped; null for others. */
export function gridOf(axes: readonly AxisIndex[]): Grid | null {
  const digits = axes.filter((axis): axis is Digit => axis.kind === 'digit').sort((a, b) => a.place - b.place)
  const [x, y, z, ...more] = digits
  if (x === undefined || y === undefined || more.length > 0) return null
  if (digits.some(({ flipped }) => flipped) || [y, z].some((digit) => (digit?.size ?? 1) > mostAlong))
    return null
  const names = new Map<AxisIndex, string>([
    [x, 'this.thread.x'],
    [y, 'this.thread.y'],
  ])
  if (z !== undefined) names.set(z, 'this.thread.z')
  return {
    threads: digits.map(({ size }) => size),
    axes: axes.map((axis) => {
      const text = names.get(axis)
      return text === undefined ? axis : { kind: 'text', text }
    }),
  }
}

/** The axes of threads that take four neighbours on the last axis each; null where that axis does not lie side by side. */
export function quartersOf(axes: readonly AxisIndex[]): AxisIndex[] | null {
  const last = axes.at(-1)
  if (last?.kind !== 'digit' || last.place !== 1 || last.flipped || last.size % 4 !== 0) return null
  return axes.map((axis): AxisIndex => {
    if (axis.kind !== 'digit') return axis
    if (axis !== last) return { ...axis, place: axis.place / 4 }
    return axis.size === 4 ? { kind: 'none' } : { ...axis, size: axis.size / 4 }
  })
}
