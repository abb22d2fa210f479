import {
  type DType,
  flattenTree,
  mapTree,
  type Tensor,
  treeLeaves,
  unflattenTree,
  zerosLike,
} from '@samkit/core'
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

interface Definition<H extends Readonly<Record<string, number>>> {
  readonly name: string
  /** Names of the slots; each begins as zeros. */
  readonly slots: readonly string[]
  /** The hyper-parameters at a step: they reach `update` as scalar inputs of the plan. */
  hyper(step: number): H
  /** The formula, for one parameter. */
  update(entry: Entry, hyper: { readonly [K in keyof H]: Tensor }): NewEntry
}

/** Makes an optimizer that treats each parameter tensor by itself, from the formula for one. */
export function perTensor<H extends Readonly<Record<string, number>>>(definition: Definition<H>): Optimizer {
  const { name, slots: slotNames } = definition
  return {
    name,
    init: (params) => ({
      step: 0,
      slots: Object.fromEntries(slotNames.map((slot) => [slot, mapTree(params, zerosLike)])),
    }),
    update: (params, grads, state) => {
      const inputs = Object.entries(definition.hyper(state.step)).map(
        ([key, value]) => [key, planInput(value)] as const,
      )
      const hyperFor = (dtype: DType): { readonly [K in keyof H]: Tensor } =>
        Object.fromEntries(inputs.map(([key, input]) => [key, input(dtype)])) as {
          readonly [K in keyof H]: Tensor
        }
      const { leaves, structure } = flattenTree(params)
      const gradients = leavesLike(name, 'gradients', structure.paths, grads)
      const slots = slotNames.map((slot) => leavesLike(name, slot, structure.paths, state.slots[slot]))
      const results = leaves.map((w, i) => {
        const entry = { w, g: gradients[i] as Tensor, slots: slots.map((tree) => tree[i] as Tensor) }
        return definition.update(entry, hyperFor(w.dtype))
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

function leavesLike(owner: string, what: string, paths: readonly string[], tree: unknown): Tensor[] {
  const leaves = treeLeaves(tree)
  const differs = leaves.length !== paths.length || leaves.some(({ path }, i) => path !== paths[i])
  if (differs) {
    throw new Error(
      `${owner}: the ${what} have ${leaves.length} tensors (${leaves.map(({ path }) => path).join(', ')}), ` +
        `the parameters ${paths.length} (${paths.join(', ')}); they must be the same tree`,
    )
  }
  return leaves.map(({ tensor }) => tensor)
}
