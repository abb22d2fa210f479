import type { FusedKernel, Instruction, Store } from '@samkit/core/compiler'
import { type Layout, placeWeight, weightOf } from './layout.ts'

/**
 * When and where each line of a kernel runs. Loops are numbered from outside: level 0 is the function, 1 the loop over
 * outer rows, then (with the vector along a kept axis) the loop over blocks of lanes, then the reduced axes. A line belongs
 * to the outermost loop at which all it depends on is known.
 */
export interface Schedule {
  /** The level at which reduced values and what is made of them stand. */
  readonly rowLevel: number
  readonly levels: readonly number[]
  /** Whether a line is the same in all lanes. */
  readonly uniform: readonly boolean[]
  /** After how many loops over the reduced axes a line can be computed. */
  readonly stages: readonly number[]
  /** Lines up to `rowLevel` that are needed. */
  readonly rows: readonly number[]
  /** The loops over the reduced axes, in order. */
  readonly loops: readonly Loop[]
  readonly rowStores: readonly Store[]
  /** Vectors that one turn takes along a kept axis. */
  readonly unroll: number
}

/** One pass over the reduced axes. */
export interface Loop {
  /** Lines deeper than `rowLevel` to compute, in order. */
  readonly lines: readonly number[]
  /** Lines to fetch from the row's scratch, where an earlier loop kept them. */
  readonly fetched: readonly number[]
  readonly kept: readonly number[]
  readonly reduces: readonly number[]
  readonly stores: readonly Store[]
  /** Vectors that one turn takes along a reduced axis. */
  readonly unroll: number
}

/** From this weight on a line is kept for later loops rather than computed again. */
const worthKeeping = 6

/** The level of an axis' loop. */
function levelOfAxis({ along, vector, nest }: Layout, axis: number): number {
  const depth = nest.indexOf(axis)
  if (along === 'reduced') return depth < 0 ? 1 : 2 + depth
  if (axis === vector) return 2
  return depth < 0 ? 1 : 3 + depth
}

/** The axes that a line's own place depends on. */
function ownAxes(line: Instruction): number[] {
  if (line.op === 'index') return moving([line.strides])
  if (line.op !== 'load') return []
  return moving([line.access.strides, ...(line.access.bounds ?? []).map(({ strides }) => strides)])
}

function moving(lists: readonly (readonly number[])[]): number[] {
  return lists.flatMap((strides) => [...strides.keys()].filter((axis) => strides[axis] !== 0))
}

function argsOf(line: Instruction): readonly number[] {
  if (line.op === 'apply') return line.args
  return line.op === 'reduce' ? [line.arg] : []
}

/** Orders a kernel's work; values of up to `keepLimit` lines are kept between loops. */
export function scheduleOf(
  kernel: FusedKernel,
  layout: Layout,
  canKeep: (lines: number, unroll: number) => boolean,
): Schedule {
  const { body, stores } = kernel
  const rowLevel = layout.along === 'kept' ? 2 : 1
  const levels: number[] = []
  const uniform: boolean[] = []
  const stages: number[] = []
  const weights: number[] = []
  for (const line of body) {
    const args = argsOf(line)
    const own = ownAxes(line)
    const reduce = line.op === 'reduce'
    levels.push(
      reduce
        ? rowLevel
        : Math.max(
            0,
            ...own.map((axis) => levelOfAxis(layout, axis)),
            ...args.map((arg) => levels[arg] ?? 0),
          ),
    )
    uniform.push(
      reduce ? layout.along === 'reduced' : !own.includes(layout.vector) && args.every((arg) => uniform[arg]),
    )
    stages.push(Math.max(0, ...args.map((arg) => stages[arg] ?? 0)) + (reduce ? 1 : 0))
    weights.push(
      weightOf(line, layout.vector) +
        args.reduce((sum, arg) => sum + (isDeep(arg) ? (weights[arg] ?? 0) : 0), 0),
    )
  }
  function isDeep(line: number): boolean {
    return (levels[line] ?? 0) > rowLevel
  }
  const storeLevel = ({ value, access }: Store): number =>
    Math.max(levels[value] ?? 0, ...moving([access.strides]).map((axis) => levelOfAxis(layout, axis)))
  const rowStores = stores.filter((store) => storeLevel(store) <= rowLevel)
  const deepStores = stores.filter((store) => storeLevel(store) > rowLevel)

  const live = new Set<number>()
  const visit = (line: number): void => {
    if (live.has(line)) return
    live.add(line)
    for (const arg of argsOf(body[line] as Instruction)) visit(arg)
  }
  for (const { value } of stores) visit(value)
  const reduces = [...live].filter((line) => body[line]?.op === 'reduce').sort((a, b) => a - b)
  const stageOfReduce = (line: number): number => (stages[line] ?? 1) - 1
  const count =
    1 + Math.max(-1, ...reduces.map(stageOfReduce), ...deepStores.map(({ value }) => stages[value] ?? 0))

  /** The deep lines that a loop needs, without those that `stop` names. */
  const closure = (roots: Iterable<number>, stop: (line: number) => boolean): Set<number> => {
    const found = new Set<number>()
    const walk = (line: number): void => {
      if (!isDeep(line) || found.has(line)) return
      found.add(line)
      if (!stop(line)) for (const arg of argsOf(body[line] as Instruction)) walk(arg)
    }
    for (const root of roots) walk(root)
    return found
  }
  const rootsOf = (loop: number): number[] => [
    ...reduces
      .filter((line) => stageOfReduce(line) === loop)
      .map((line) => argsOf(body[line] as Instruction)[0] ?? 0),
    // Stores wait for the last loop: a store may overwrite what a loop reads at the same place.
    ...(loop === count - 1 ? deepStores.map(({ value }) => value) : []),
  ]
  const plain = Array.from({ length: count }, (_, loop) => closure(rootsOf(loop), () => false))
  const deepest = rowLevel + layout.nest.length
  /** The loop that keeps a line for this one; -1 to compute it again. */
  const source = (line: number, loop: number): number =>
    levels[line] === deepest && uniform[line] === false && (weights[line] ?? 0) >= worthKeeping
      ? plain.slice(0, loop).findIndex((lines) => lines.has(line))
      : -1

  const arrange = (keeping: boolean): Loop[] => {
    const keptBy = Array.from({ length: count }, () => new Set<number>())
    const loops: Loop[] = []
    for (let loop = count - 1; loop >= 0; loop--) {
      const stop = (line: number): boolean => keeping && source(line, loop) >= 0
      const lines = closure([...rootsOf(loop), ...(keptBy[loop] ?? [])], stop)
      const fetched = [...lines].filter(stop)
      for (const line of fetched) keptBy[source(line, loop)]?.add(line)
      const own = [...lines].filter((line) => !stop(line)).sort((a, b) => a - b)
      loops.unshift({
        lines: own,
        fetched,
        kept: [...(keptBy[loop] ?? [])],
        reduces: reduces.filter((line) => stageOfReduce(line) === loop),
        stores: loop === count - 1 ? deepStores : [],
        unroll: unrollOf(
          own.reduce((sum, line) => sum + weightOf(body[line] as Instruction, layout.vector), 0),
        ),
      })
    }
    return loops
  }
  let loops = arrange(true)
  const unroll = unrollOf(placeWeight(kernel, layout.vector))
  if (!canKeep(new Set(loops.flatMap(({ kept }) => kept)).size, unroll)) loops = arrange(false)
  const rows = [...live].filter((line) => !isDeep(line) && body[line]?.op !== 'reduce').sort((a, b) => a - b)
  return { rowLevel, levels, uniform, stages, rows, loops, rowStores, unroll }
}

/** How many vectors to compute together: several of little work, so that none waits for another. */
function unrollOf(weight: number): number {
  return weight <= 18 ? 4 : weight <= 40 ? 2 : 1
}

/** The lines that any loop keeps. */
export function keptLines({ loops }: Schedule): number[] {
  return [...new Set(loops.flatMap(({ kept }) => kept))]
}
