import { type Tensor, where } from '@samkit/core'
import type { Evaluation, Objective, Passes } from '../method.ts'
import { planInput, type Schedule, valueAt } from '../schedule.ts'
import { dot, globalNorm, ratio } from './norm.ts'
import { added, mapTrees, scaled, subtracted, tensorsOf, times } from './tree.ts'

/** What is known once both gradients are. */
export interface Around<P> {
  readonly params: P
  readonly objective: Objective<P>
  /** Steps taken before this one. */
  readonly step: number
  /** The gradient at the parameters. */
  readonly here: Evaluation<P>
  readonly epsilon: P
  /** The gradient at the perturbed parameters. */
  readonly there: Evaluation<P>
}

/** The gradient for the base optimizer, what to remember, and passes it took to find it. */
export interface Combined<P> {
  readonly grads: P
  readonly slots: Readonly<Record<string, P>>
  readonly passes: Passes
}

/** How the two gradients of a step become the one that the base optimizer is handed. */
export interface Combine {
  /** Names of the trees it remembers between steps. */
  readonly slots: readonly string[]
  /** From both gradients. */
  fresh<P>(around: Around<P>): Combined<P>
  /** At a step that does not perturb: from the gradient at the parameters and what was remembered. */
  reuse<P>(grads: P, slots: Readonly<Record<string, P>>, step: number): P
}

const nothing: Passes = { forward: 0, backward: 0 }

/** A combination of the gradients themselves, which remembers nothing. */
function stateless(fresh: <P>(here: P, there: P, step: number) => P): Combine {
  return {
    slots: [],
    fresh: ({ here, there, step }) => ({
      grads: fresh(here.grads, there.grads, step),
      slots: {},
      passes: nothing,
    }),
    reuse: (grads) => grads,
  }
}

/** The gradient at the perturbed parameters, as it is (Foret et al., 2021). */
export const gradientThere: Combine = stateless((_, there) => there)

/** What a projection takes norms and inner products over: all tensors as one vector, or each by itself. */
export type Scope = 'global' | 'tensor'

/** One scalar for each tensor of the trees: `f` of all their tensors together, or of those at its place. */
function measured(
  scope: Scope,
  f: (...trees: (readonly Tensor[])[]) => Tensor,
  ...trees: readonly unknown[]
): readonly Tensor[] {
  const lists = trees.map(tensorsOf)
  const places = [...(lists[0] ?? []).keys()]
  if (scope === 'tensor') return places.map((i) => f(...lists.map((list) => list.slice(i, i + 1))))
  const whole = f(...lists)
  return places.map(() => whole)
}

/**
 * `a` without its part along `b`: `a - ⟨a, b⟩ / ‖b‖² · b`. No epsilon in it, or the rest would not be orthogonal; where b is
 * 0 nothing is taken away.
 */
export function rejection<P>(a: P, b: P, scope: Scope = 'global'): P {
  const shares = measured(scope, (x, y) => ratio(dot(x, y), dot(y, y)), a, b)
  return mapTrees(([x, y], i) => (x as Tensor).sub(times(y as Tensor, shares[i] as Tensor)), a, b)
}

/** Below this share of the gradient its orthogonal part is rounding noise. */
const noise = (t: Tensor): number => (t.dtype === 'f64' ? 1e-12 : 1e-5)

/**
 * LookSAM's reuse (Liu et al., 2022). A step that perturbs takes the gradient gₛ there and remembers its part
 * gᵥ orthogonal to the gradient g here; one that does not adds that part to its own gradient, α times as long as that:
 *
 *     gᵥ = gₛ - ⟨g, gₛ⟩ / ‖g‖² · g
 *     g + α ‖g‖ / ‖gᵥ‖ · gᵥ
 *
 * A gᵥ that is nothing but rounding noise (‖gᵥ‖ ≤ 1e-5 ‖gₛ‖ in f32, 1e-12 ‖gₛ‖ in f64) is remembered as 0.
 */
export function reuseOrthogonal(alpha: Schedule, scope: Scope): Combine {
  return {
    slots: ['gv'],
    fresh: ({ here, there }) => {
      const orthogonal = rejection(there.grads, here.grads, scope)
      const isMore = (part: unknown, all: unknown): Tensor => {
        const length = globalNorm(part)
        return length.gt(globalNorm(all).mul(noise(length)))
      }
      const real = measured(scope, isMore, orthogonal, there.grads)
      const gv = mapTrees(([x], i) => where(real[i] as Tensor, x as Tensor, 0), orthogonal)
      return { grads: there.grads, slots: { gv }, passes: nothing }
    },
    reuse: (grads, { gv }, step) => {
      if (gv === undefined) throw new Error('looksam: the state has no gv')
      const factor = planInput(valueAt(alpha, step))
      const lengths = measured(scope, (g, v) => ratio(globalNorm(g), globalNorm(v)), grads, gv)
      return mapTrees(
        ([g, v], i) => {
          const length = lengths[i] as Tensor
          return (g as Tensor).add(times(v as Tensor, length.mul(factor(length.dtype))))
        },
        grads,
        gv,
      )
    },
  }
}

/** Whose descent the surrogate gap's is to leave alone; see {@link removeGap}. */
export type GapKeeps = 'perturbed' | 'clean'

/**
 * GSAM's descent of the surrogate gap `h = L(w + ε) - L(w)` (Zhuang et al., 2022), which leaves the descent of
 * the perturbed loss alone (or, with `clean`, that of the loss itself):
 *
 *     perturbed   gₚ - α (g - ⟨g, gₚ⟩ / ‖gₚ‖² · gₚ)
 *     clean       g + α (gₚ - ⟨gₚ, g⟩ / ‖g‖² · g)
 */
export function removeGap(alpha: Schedule, keeps: GapKeeps): Combine {
  return stateless((here, there, step) => {
    const factor = planInput(valueAt(alpha, step))
    return keeps === 'perturbed'
      ? subtracted(there, scaled(rejection(here, there), factor))
      : added(here, scaled(rejection(there, here), factor))
  })
}

/**
 * CR-SAM's descent of the curvature along the gradient, from a third gradient at the opposite point (Wu et al., 2024):
 *
 *     g⁻ = ∇L(w - ε)
 *     g⁺ + a (g⁺ + g⁻ - 2 g) + b (g⁺ - g⁻)
 */
export function regularizeCurvature(a: number, b: number): Combine {
  return {
    slots: [],
    fresh: ({ params, objective, here, epsilon, there }) => {
      const behind = objective.gradient(subtracted(params, epsilon))
      const trace = subtracted(added(there.grads, behind.grads), scaled(here.grads, 2))
      const slope = subtracted(there.grads, behind.grads)
      return {
        grads: added(added(there.grads, scaled(trace, a)), scaled(slope, b)),
        slots: {},
        passes: { forward: 1, backward: 1 },
      }
    },
    reuse: (grads) => grads,
  }
}
