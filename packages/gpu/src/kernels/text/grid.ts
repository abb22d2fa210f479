import { type AxisIndex, type Digit, linearText } from './digits.ts'

/** Threads in a grid, and what the axes of a loop are there. */
export interface Grid {
  /** How many threads there are along x, y and z. */
  readonly threads: readonly number[]
  readonly axes: readonly AxisIndex[]
}

/** The most threads along y or z: devices take 65,535 groups, each of at least one. */
const mostAlong = 65535

/** A grid for the digits of a thread's number, of which there are two or three, each the index itself; null for others. */
export function gridOf(axes: readonly AxisIndex[]): Grid | null {
  const digits = axes.filter((axis): axis is Digit => axis.kind === 'digit').sort((a, b) => a.place - b.place)
  const [x, y, z, ...more] = digits
  if (x === undefined || y === undefined || more.length > 0) return null
  const isPlain = digits.every(({ start, step }) => start === 0 && step === 1)
  if (!isPlain || [y, z].some((digit) => (digit?.size ?? 1) > mostAlong)) return null
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

/** The axes of four neighbours on the last axis, and how threads take them. */
export interface Fours {
  /** How many threads there are along x, y and z; null where they are merely counted. */
  readonly threads: readonly number[] | null
  /** The axes of each of the four. */
  readonly each: readonly (readonly AxisIndex[])[]
  /** The same with the last axis counted in fours. */
  readonly quarter: readonly AxisIndex[]
}

/**
 * The axes of the four elements of each thread, where those are neighbours on the last axis; null where that axis does not lie
 * side by side. The threads stand in a grid where they may.
 */
export function foursOf(axes: readonly AxisIndex[], mayHaveGrid: boolean): Fours | null {
  const last = axes.at(-1)
  if (last?.kind !== 'digit' || last.place !== 1 || last.step !== 1 || last.size % 4 !== 0) return null
  const others = axes
    .slice(0, -1)
    .map((axis): AxisIndex => (axis.kind === 'digit' ? { ...axis, place: axis.place / 4 } : axis))
  const quarter: AxisIndex = last.size === 4 ? { kind: 'none' } : { ...last, size: last.size / 4 }
  const grid = mayHaveGrid ? gridOf([...others, quarter]) : null
  const own = grid?.axes ?? [...others, quarter]
  const each = [0, 1, 2, 3].map((i) => [...own.slice(0, -1), within(own.at(-1) ?? quarter, i)])
  return { threads: grid?.threads ?? null, each, quarter: own }
}

/** The i-th of the four elements that a quarter of an axis stands for. */
function within(quarter: AxisIndex, i: number): AxisIndex {
  if (quarter.kind === 'digit') return { ...quarter, start: i, step: 4 }
  return { kind: 'text', text: linearText(quarter.kind === 'none' ? '0' : quarter.text, 4, i) }
}
