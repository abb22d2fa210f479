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
