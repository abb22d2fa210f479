import { type DType, flattenTree, full, mapTree, type Tensor, unflattenTree } from '@samkit/core'
import { type PerTensor, perTensorValues } from './per-tensor-tree.ts'
import { planInput } from './schedule.ts'

/** What an optimizer remembers between steps. Plain data: it can be saved, and a step gives a new one. */
export interface OptimizerState<P> {
  /** Steps taken so far. */
  readonly step: number
  /** Trees like the parameters, by name: momentum, averages of squares, … */
  readonly slots: Readonly<Record<string, P>>
}

/** New parameters and the state that goes with them. */
export interface Updated<P> {
  readonly params: P
  readonly state: OptimizerState<P>
}

/** An optimizer as two pure functions: it turns a gradient into new parameters and changes nothing in place. */
export interface Optimizer {
  readonly name: string
  /** The slot that holds its running mean or sum of gradients, the direction it moves against; null where it keeps none. */
  readonly momentum: string | null
  /** The state before the first step. */
  init<P>(params: P): OptimizerState<P>
  /** New parameters from the gradient at the old ones. `grads` is a tree like `params`. */
  update<P>(params: P, grads: P, state: OptimizerState<P>): Updated<P>
}

/** The tensors of one parameter: its value, its gradient, and its entries in the slots, in their order. */
export interface Entry {
  readonly w: Tensor
  readonly g: Tensor
  readonly slots: readonly Tensor[]
}

/** What an optimizer makes of one parameter. */
export interface NewEntry {
  readonly w: Tensor
  readonly slots: readonly Tensor[]
}

/** Values by name. */
type Named<T> = Readonly<Record<string, T>>

/** An optimizer, told by its formula for one parameter; see {@link perTensor}. */
export interface Definition<H extends Named<number>, O extends Named<number | boolean>> {
  readonly name: string
  /** Names of the slots. */
  readonly slots: readonly string[]
  /** What slots begin with. Default: 0. */
  readonly initial?: Named<number>
  /** Which of the slots holds the momentum. Default: none. */
  readonly momentum?: string
  /** Options that may differ from parameter to parameter. */
  readonly own: { readonly [K in keyof O]: PerTensor<Widened<O[K]>> }
  /** The hyper-parameters at a step, for parameters with these options: they are scalar inputs of the plan. */
  hyper(step: number, own: O): H
  /** The formula, for one parameter. */
  update(entry: Entry, hyper: { readonly [K in keyof H]: Tensor }, own: O): NewEntry
}

type Widened<T> = T extends boolean ? boolean : number

/** Makes an optimizer that treats each parameter tensor by itself, from the formula for one. */
export function perTensor<H extends Named<number>, O extends Named<number | boolean>>(
  definition: Definition<H, O>,
): Optimizer {
  const { name, slots: slotNames, momentum = null } = definition
  const ownsOf = ownOptions(definition)
  return {
    name,
    momentum,
    init: (params) => {
      ownsOf(params, flattenTree(params).structure.paths)
      return {
        step: 0,
        slots: Object.fromEntries(
          slotNames.map((slot) => {
            const begin = definition.initial?.[slot] ?? 0
            return [slot, mapTree(params, ({ shape, dtype }) => full(shape, begin, { dtype }))]
          }),
        ),
      }
    },
    update: (params, grads, state) => {
      const { leaves, structure } = flattenTree(params)
      const gradients = leavesLike(name, 'gradients', structure.paths, grads)
      const slots = slotNames.map((slot) => leavesLike(name, slot, structure.paths, state.slots[slot]))
      const inputs = hyperInputs((own: O) => definition.hyper(state.step, own))
      const owns = ownsOf(params, structure.paths)
      const results = leaves.map((w, i) => {
        const entry = { w, g: gradients[i] as Tensor, slots: slots.map((tree) => tree[i] as Tensor) }
        const own = owns[i] as O
        return definition.update(entry, inputs(own, w.dtype), own)
      })
      return {
        params: unflattenTree(
          structure,
          results.map(({ w }) => w),
        ),
        state: {
          step: state.step + 1,
          slots: Object.fromEntries(
            slotNames.map((slot, s) => [
              slot,
              unflattenTree(
                structure,
                results.map((r) => r.slots[s] as Tensor),
              ),
            ]),
          ),
        },
      }
    },
  }
}

/**
 * The options of each parameter, from the paths of all: equal options are one object. They are the same at every step, so
 * they are worked out again only for other parameters.
 */
function ownOptions<H extends Named<number>, O extends Named<number | boolean>>({
  name,
  own,
}: Definition<H, O>): (params: unknown, paths: readonly string[]) => readonly O[] {
  let last: { readonly paths: readonly string[]; readonly owns: readonly O[] } | null = null
  return (params, paths) => {
    if (last !== null && sameList(last.paths, paths)) return last.owns
    const columns = Object.entries(own).map(([option, values]) => {
      const tree: PerTensor<number | boolean> = values
      return [option, perTensorValues(name, option, tree, params)] as const
    })
    const distinct = new Map<string, O>()
    const owns = paths.map((_, i) => {
      const options: Named<number | boolean> = Object.fromEntries(
        columns.map(([option, all]) => [option, all[i] ?? 0]),
      )
      const id = JSON.stringify(options)
      const known = distinct.get(id) ?? (options as O)
      distinct.set(id, known)
      return known
    })
    last = { paths, owns }
    return owns
  }
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i])
}

/** Hyper-parameters as inputs of the plan: one set for all parameters that have the same options of their own. */
function hyperInputs<H extends Named<number>, O extends Named<number | boolean>>(hyper: (own: O) => H) {
  type Inputs = { readonly [K in keyof H]: Tensor }
  // Told apart by the options and not by the values, which may coincide at one step and not at the next.
  const made = new Map<O, Map<DType, Inputs>>()
  return (own: O, dtype: DType): Inputs => {
    const byDtype = made.get(own) ?? new Map<DType, Inputs>()
    made.set(own, byDtype)
    const inputs =
      byDtype.get(dtype) ??
      (Object.fromEntries(
        Object.entries(hyper(own)).map(([key, value]) => [key, planInput(value)(dtype)]),
      ) as Inputs)
    byDtype.set(dtype, inputs)
    return inputs
  }
}

function leavesLike(owner: string, what: string, paths: readonly string[], tree: unknown): readonly Tensor[] {
  const { leaves, structure } = flattenTree(tree)
  if (!sameList(structure.paths, paths)) {
    throw new Error(
      `${owner}: the ${what} have ${leaves.length} tensors (${structure.paths.join(', ')}), ` +
        `the parameters ${paths.length} (${paths.join(', ')}); they must be the same tree`,
    )
  }
  return leaves
}
