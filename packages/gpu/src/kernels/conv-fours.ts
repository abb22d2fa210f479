import type { Access, ConvAxis, ConvKernel } from '@samkit/core/compiler'
import { firstChannel, inputPlace, startText } from './conv-places.ts'
import type { KernelList } from './kernel-list.ts'
import { type AxisIndex, placeText } from './text/digits.ts'
import { vectorLoops } from './text/reduce.ts'
import type { Source } from './text/source.ts'

/** The most taps along the last axis that are written out, and the most input columns that four neighbours read. */
const most = { taps: 7, columns: 16 }

/** The most rows of taps, of which each is summed up on its own. */
const mostRows = 64

const none: AxisIndex = { kind: 'none' }
const text = (own: string): AxisIndex => ({ kind: 'text', text: own })

/**
 * Adds a convolution of four neighbours a thread: they share the weights, and the input columns that their taps have in
 * common, which are read once a channel. False where the mode or the shape does not let it.
 */
export function addConvFours(
  list: KernelList,
  { n, c, o, groups, axes, out }: ConvKernel,
  input: Access,
  weights: Access,
): boolean {
  const last = axes.at(-1)
  const others = axes.slice(0, -1)
  const rows = others.reduce((count, { kernel }) => count * kernel, 1)
  if (last === undefined || last.inputDilation > 1 || last.kernel > most.taps || rows > mostRows) return false
  const columns = columnsOf(last)
  if (columns.length > most.columns) return false
  const sizes = [n, groups * o, ...axes.map(({ output }) => output)]
  const stored = list.storeFours(sizes, out, false, (source, { each: fours }) => {
    const [image = none, channel = none, ...places] = fours[0] ?? []
    const from = groups === 1 ? none : text(firstChannel(source, channel, c, o))
    const across = readsOf(source, last, columns, places.at(-1) ?? none)
    const starts = others.map((axis, i) => startText(source, axis, places[i] ?? none))
    const sums = fours.map(() => source.name('s'))
    for (const sum of sums) source.line(`let ${sum} = 0;`)
    inRows(source, others, (tap) => {
      const at = others.map((axis, i) => inputPlace(source, axis, starts[i] ?? '0', tap[i] ?? '0'))
      const left = [image, from, ...at.map(({ place }) => text(place)), none]
      const right = [channel, none, ...tap.map(text), none]
      const x = reader(source, input, left, 'x')
      const w = reader(source, weights, right, 'w')
      const termsOf = (index: string): string[] => {
        const values = across.map(({ place, isInside }) => {
          const read = x(index, place)
          return source.constant('x', isInside === null ? read : `(${isInside} > 0.5 ? ${read} : 0)`)
        })
        const taps = Array.from({ length: last.kernel }, (_, i) => source.constant('w', w(index, String(i))))
        const value = (i: number, k: number): string => values[columns.indexOf(columnOf(last, i, k))] ?? '0'
        return fours.map((_, i) => taps.map((weight, k) => `${value(i, k)} * ${weight}`).join(' + '))
      }
      const add = (): void => {
        // One channel a round is work enough, and some drivers take minutes to compile several.
        const own = vectorLoops(source, c, 4, termsOf, 1)
        for (const [i, sum] of sums.entries()) source.line(`${sum} += ${own[i]};`)
      }
      const tests = at.flatMap(({ tests: inside }) => inside)
      if (tests.length === 0) add()
      else source.when(tests.join(' && '), add)
    })
    return sums.map((sum) => list.dialect.rounded(sum))
  })
  return stored !== null
}

/** The input column that a tap of the i-th of four neighbours reads, counted from the first of all. */
function columnOf({ stride, dilation }: ConvAxis, i: number, tap: number): number {
  return i * stride + tap * dilation
}

function columnsOf(axis: ConvAxis): number[] {
  const all = [0, 1, 2, 3].flatMap((i) =>
    Array.from({ length: axis.kernel }, (_, tap) => columnOf(axis, i, tap)),
  )
  return [...new Set(all)].sort((a, b) => a - b)
}

/** Where columns lie in the input, and what is 1 where they are inside of it; null where they always are. */
function readsOf(
  source: Source,
  axis: ConvAxis,
  columns: readonly number[],
  first: AxisIndex,
): { readonly place: string; readonly isInside: string | null }[] {
  const start = startText(source, axis, first)
  // As if each column were a tap of the first of the four: the place and the tests are those of one that is read so.
  const wide = { ...axis, kernel: (columns.at(-1) ?? 0) + 1, dilation: 1 }
  return columns.map((column) => {
    const { place, tests } = inputPlace(source, wide, start, String(column))
    const isInside = tests.length === 0 ? null : source.constant('b', `(${tests.join(' && ')} ? 1 : 0)`)
    return { place, isInside }
  })
}

/** Writes loops over the taps of all axes but the last. */
function inRows(
  source: Source,
  axes: readonly ConvAxis[],
  write: (tap: readonly string[]) => void,
  before: readonly string[] = [],
): void {
  const [axis, ...inner] = axes
  if (axis === undefined) write(before)
  else if (axis.kernel === 1) inRows(source, inner, write, [...before, '0'])
  else source.loop(axis.kernel, (tap) => inRows(source, inner, write, [...before, tap]))
}

/** How an element of a channel and a column is read, the rest of its place being the same for all. */
function reader(
  source: Source,
  access: Access,
  axes: readonly AxisIndex[],
  prefix: string,
): (channel: string, column: string) => string {
  const array = source.array(access.buffer, 'often')
  const base = source.constant(prefix, placeText(source, access.offset, access.strides, axes))
  const [, ofChannel = 0] = access.strides
  const ofColumn = access.strides.at(-1) ?? 0
  return (channel, column) => `${array}[${base} + ${channel} * ${ofChannel} + ${column} * ${ofColumn}]`
}
