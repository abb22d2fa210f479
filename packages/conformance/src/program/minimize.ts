import { allocate, type HostArray, type Shape, sizeOf } from '@samkit/core'
import { planOf } from '@samkit/core/testing'
import { interpret } from './interpret.ts'
import { type Leaf, type Program, type ProgramStep, tensorsOf } from './program.ts'

/** A program that is wrong, and how. */
export interface Wrong<F> {
  readonly program: Program
  readonly fault: F
}

/** How many smaller programs are tried. */
const mostTries = 300

/**
 * The smallest program found that is still wrong: with one output, fewer steps, results in place of the steps that made
 * them, smaller shapes, and simpler numbers. Needs no knowledge of the primitives: what makes no sense is not wrong.
 */
export async function minimized<F>(
  wrong: Wrong<F>,
  faultOf: (program: Program) => Promise<F | undefined>,
): Promise<Wrong<F>> {
  let best = wrong
  let tries = 0
  const improve = async (candidates: (from: Program) => Iterable<Program>): Promise<boolean> => {
    for (const program of candidates(best.program)) {
      if (!program.leaves.every(isShort)) continue
      if (++tries > mostTries) return false
      const fault = await faultOf(program)
      if (fault === undefined) continue
      best = { program, fault }
      return true
    }
    return false
  }
  for (const candidates of [singleOutputs, shorter, smaller, simpler]) {
    while (await improve(candidates)) if (tries > mostTries) return best
  }
  return best
}

/** Whether a leaf prints in a few lines. */
function isShort({ code, data }: Leaf): boolean {
  return code !== undefined || data.length <= 256 || data.every((x) => Object.is(x, data[0]))
}

function* singleOutputs(program: Program): Generator<Program> {
  const { outputs, gradient } = program
  if (outputs.length > 1) for (const output of outputs) yield reached({ ...program, outputs: [output] })
  if (gradient !== undefined && gradient.wrt.length > 1) {
    for (const leaf of gradient.wrt) yield reached({ ...program, gradient: { ...gradient, wrt: [leaf] } })
  }
  const all = reached(program)
  if (all.leaves.length < program.leaves.length || all.steps.length < program.steps.length) yield all
}

/** Fewer steps: results in place of steps, the latest first; or an input in place of a result of its shape. */
function* shorter(program: Program): Generator<Program> {
  const count = program.leaves.length
  const values = valuesOf(program)
  for (let i = program.steps.length - 1; i >= 0; i--) {
    const id = count + i
    const value = values?.[id]
    if (program.outputs.length === 1 && program.outputs[0] === id) {
      // A step before the last one, in place of it.
      for (const input of program.steps[i]?.inputs ?? []) {
        if (input >= count) yield reached({ ...program, outputs: [input] })
      }
      continue
    }
    if (value !== undefined && value.data.length <= 4096) yield reached(frozen(program, id, value))
  }
}

/** All values of a program without gradients, as the reference has them. */
function valuesOf(program: Program): HostArray[] | undefined {
  const { gradient: _, ...forward } = program
  const count = program.leaves.length
  const outputs = program.steps.map((__, i) => count + i)
  try {
    const { plan, inputs } = planOf(tensorsOf({ ...forward, outputs }))
    const values = interpret(plan, inputs)
    return [...program.leaves, ...plan.outputs.flatMap((id) => values[id] ?? [])]
  } catch {
    return undefined
  }
}

/** The program with the value of a step as a leaf in its place. */
function frozen(program: Program, id: number, value: HostArray): Program {
  const count = program.leaves.length
  const place = (old: number): number => (old < count ? old : old === id ? count : old + 1)
  return renumbered(
    { ...program, leaves: [...program.leaves, { ...value, data: value.data.slice() }] },
    place,
  )
}

/** With every number of a value replaced; steps keep their order. */
function renumbered({ steps, outputs, gradient, leaves }: Program, place: (id: number) => number): Program {
  const moved = {
    leaves,
    steps: steps.map((step): ProgramStep => ({ ...step, inputs: step.inputs.map(place) })),
    outputs: outputs.map(place),
  }
  return gradient === undefined ? moved : { ...moved, gradient }
}

/** Without the steps and leaves that nothing reads. */
function reached(program: Program): Program {
  const count = program.leaves.length
  const used = new Set<number>([...program.outputs, ...(program.gradient?.wrt ?? [])])
  for (let i = program.steps.length - 1; i >= 0; i--) {
    if (used.has(count + i)) for (const id of program.steps[i]?.inputs ?? []) used.add(id)
  }
  const kept = [...Array(count + program.steps.length).keys()].filter((id) => used.has(id))
  const places = new Map(kept.map((id, place) => [id, place]))
  const place = (id: number): number => places.get(id) ?? -1
  const { gradient } = program
  const pruned = {
    ...program,
    leaves: program.leaves.filter((_, id) => used.has(id)),
    steps: program.steps.filter((_, i) => used.has(count + i)),
  }
  const moved = renumbered(pruned, place)
  return gradient === undefined
    ? moved
    : { ...moved, gradient: { ...gradient, wrt: gradient.wrt.map(place) } }
}

/** Axes cut to one element or to half, in one leaf or in all that have as much there. */
function* smaller(program: Program): Generator<Program> {
  const seen = new Set<string>()
  for (const [id, { shape }] of program.leaves.entries()) {
    for (const [axis, n] of shape.entries()) {
      if (n < 2) continue
      const fromEnd = shape.length - axis
      const groups = [
        program.leaves.flatMap((other, o) => {
          const at = other.shape.length - fromEnd
          return other.shape[at] === n ? [{ leaf: o, axis: at }] : []
        }),
        [{ leaf: id, axis }],
      ]
      for (const group of groups) {
        const name = JSON.stringify(group)
        if (seen.has(name)) continue
        seen.add(name)
        for (const keep of keepings(n)) yield cut(program, group, keep, n)
      }
    }
  }
}

/** Which elements of an axis to keep: one, or a half, or all but the last. */
function keepings(n: number): number[][] {
  const all = [...Array(n).keys()]
  const ones = n <= 24 ? all.map((k) => [k]) : [[0], [n - 1]]
  const half = Math.ceil(n / 2)
  return [...ones, ...(n > 2 ? [all.slice(0, half), all.slice(n - half), all.slice(0, -1)] : [])]
}

interface LeafAxis {
  readonly leaf: number
  readonly axis: number
}

function cut(program: Program, group: readonly LeafAxis[], keep: readonly number[], n: number): Program {
  const leaves = program.leaves.map((leaf, id): Leaf => {
    const at = group.find((one) => one.leaf === id)
    return at === undefined ? leaf : picked(leaf, at.axis, keep)
  })
  // Shapes among the attributes most likely mean the same axis.
  const steps = program.steps.map((step): ProgramStep => {
    const attrs = Object.entries(step.attrs).map(([key, value]: [string, unknown]) => {
      const shape = (key === 'shape' || key === 'lengths') && Array.isArray(value)
      return [key, shape ? value.map((size: unknown) => (size === n ? keep.length : size)) : value]
    })
    return { ...step, attrs: Object.fromEntries(attrs) }
  })
  return { ...program, leaves, steps }
}

function picked({ shape, dtype, data }: HostArray, axis: number, keep: readonly number[]): Leaf {
  const inner = sizeOf(shape.slice(axis + 1))
  const n = shape[axis] ?? 0
  const target: Shape = shape.with(axis, keep.length)
  const out = allocate(dtype, sizeOf(target))
  for (let i = 0; i < out.length; i++) {
    const outer = Math.floor(i / (inner * keep.length))
    const k = keep[Math.floor(i / inner) % keep.length] ?? 0
    out[i] = data[(outer * n + k) * inner + (i % inner)] ?? 0
  }
  return { shape: target, dtype, data: out }
}

/** How far numbers are from simple ones: 0 is simplest, then 1, whole numbers, halves. */
function costs(values: ArrayLike<number>): number {
  const cost = (x: number): number => {
    if (Object.is(x, 0)) return 0
    if (x === 1) return 1
    return Number.isInteger(x) ? 2 : Math.abs(x) === 0.5 ? 3 : 4
  }
  return Array.from(values, cost).reduce((sum, one) => sum + one, 0)
}

/** Simpler numbers: all of a leaf at once, then one by one. */
function* simpler(program: Program): Generator<Program> {
  for (const [id, leaf] of program.leaves.entries()) {
    const { data } = leaf
    const changes: readonly ((x: number, i: number) => number)[] = [
      () => 0,
      () => 1,
      (x) => (Number.isFinite(x) ? Math.trunc(x) : 0),
      (x) => (Number.isFinite(x) ? 0.5 * Math.sign(x) : 0),
      ...(data.length > 24
        ? []
        : [...data.keys()].flatMap((at) =>
            [0, 1].map((to) => (x: number, i: number) => (i === at ? to : x)),
          )),
    ]
    for (const change of changes) {
      const simple = data.map(change)
      if (costs(simple) >= costs(data)) continue
      yield { ...program, leaves: program.leaves.with(id, { ...leaf, data: simple, code: undefined }) }
    }
  }
}
