import { add, concat, type Tensor, zeros } from '@samkit/core'
import type { Method, MethodState, Objective, Passes, StepReport } from './method.ts'
import type { Optimizer, OptimizerState } from './optimizer.ts'
import { type Combine, gradientThere } from './parts/combine.ts'
import { allExamples, type Examples } from './parts/examples.ts'
import { globalNorm } from './parts/norm.ts'
import type { Perturbation } from './parts/perturbation.ts'
import { type RestrictOptions, restricted } from './parts/restricted.ts'
import { added, mapTrees, weightedMean } from './parts/tree.ts'
import { checkCount } from './schedule.ts'

/** Options that all sharpness-aware methods take. */
export interface SharpnessOptions extends RestrictOptions {
  /**
   * Examples that share a perturbation: m-sharpness (Foret et al., 2021, section 4.1). The batch is cut into pieces of m,
   * each looks for its own worse place, and the gradients found there are averaged. Costs no more passes, and smaller m
   * often generalises better. Default: the whole batch.
   */
  readonly m?: number
}

/** Where a step begins: what a method finds its gradient from. */
export interface Start<P> {
  readonly params: P
  readonly objective: Objective<P>
  /** Steps taken before this one. */
  readonly step: number
  /** The state of the base optimizer. */
  readonly base: OptimizerState<P>
  /** What the method remembered. */
  readonly slots: MethodState<P>['slots']
}

/** The gradient for the base optimizer, what to remember, and what to tell. */
export interface Found<P> {
  readonly grads: P
  readonly slots: MethodState<P>['slots']
  readonly report: Omit<StepReport, 'finalNorm'>
}

/** How a method finds the gradient that its base optimizer is handed. */
export interface Finder {
  readonly name: string
  /** See {@link SharpnessOptions}. */
  readonly m?: number
  /** Names of the trees it remembers, zeros at first. Default: none. */
  readonly slots?: readonly string[]
  find<P>(start: Start<P>): Found<P>
}

/**
 * A method from the way it finds its gradient: the base optimizer takes the step.
 *
 * @throws RangeError when m is no whole number of at least 1.
 */
export function overBase(base: Optimizer, { name, slots = [], m, find }: Finder): Method {
  if (m !== undefined) checkCount(name, 'm', m)
  return {
    name,
    init: <P>(params: P) => {
      const zerosLike = (): P =>
        mapTrees(([w]) => zeros((w as Tensor).shape, { dtype: (w as Tensor).dtype }), params)
      return { base: base.init(params), slots: Object.fromEntries(slots.map((slot) => [slot, zerosLike()])) }
    },
    step: (params, state, objective) => {
      const parts = m === undefined ? [objective] : objective.parts(m)
      const start = { params, step: state.base.step, base: state.base, slots: state.slots }
      const found = averaged(
        parts.map((part) => ({ ...find({ ...start, objective: part }), size: part.size })),
      )
      const updated = base.update(params, found.grads, state.base)
      return {
        params: updated.params,
        state: { base: updated.state, slots: found.slots },
        report: { ...found.report, finalNorm: globalNorm(found.grads) },
      }
    },
  }
}

/** The mean over the pieces of a batch, each counted by its size; with one piece, that piece. */
function averaged<P>(pieces: readonly (Found<P> & { readonly size: number })[]): Found<P> {
  const [first, ...others] = pieces
  if (first === undefined) throw new Error('samkit: a batch without pieces; please report this')
  if (others.length === 0) return first
  const whole = pieces.reduce((sum, { size }) => sum + size, 0)
  const shares = pieces.map(({ size }) => size / whole)
  const mean = <T>(of: (piece: Found<P>) => T): T => weightedMean(pieces.map(of), shares)
  const passes = (of: (passes: Passes) => number): number =>
    pieces.reduce((sum, { report }, i) => sum + of(report.passes) * (shares[i] ?? 0), 0)
  return {
    grads: mean(({ grads }) => grads),
    slots: mean(({ slots }) => slots),
    report: {
      loss: mean(({ report }) => report.loss),
      gradNorm: mean(({ report }) => report.gradNorm),
      perturbationNorm: mean(({ report }) => report.perturbationNorm),
      perturbedLoss: mean(({ report }) => report.perturbedLoss),
      outputs: concat(
        pieces.map(({ report }) => report.outputs),
        0,
      ),
      buffers: mean(({ report }) => report.buffers),
      chosen: chosenOf(pieces),
      passes: { forward: passes(({ forward }) => forward), backward: passes(({ backward }) => backward) },
    },
  }
}

/** The chosen examples of all pieces, by their place in the whole batch. */
function chosenOf<P>(pieces: readonly (Found<P> & { readonly size: number })[]): Tensor | null {
  let before = 0
  const chosen: Tensor[] = []
  for (const { report, size } of pieces) {
    if (report.chosen === null) return null
    chosen.push(add(report.chosen, before))
    before += size
  }
  return concat(chosen, 0)
}

/** A sharpness-aware method, part by part. */
export interface Recipe extends SharpnessOptions {
  readonly name: string
  /** Where to look. */
  readonly perturb: Perturbation
  /** What of the gradient at the parameters anything looks at, the norm that is reported included. Default: all. */
  readonly looksAt?: Perturbation
  /** At which steps to look there; the others take the gradient at the parameters. Default: at every one. */
  readonly when?: (step: number) => boolean
  /** What to make of the two gradients. Default: the one at the perturbed parameters. */
  readonly combine?: Combine
  /** Which examples to look at. Default: all. */
  readonly examples?: Examples
}

/**
 * A sharpness-aware method over any base optimizer: the step that all of them share.
 *
 *     g  ← ∇L(w)
 *     ε  ← perturb(w, g)
 *     g' ← combine(g, ∇L(w + ε))
 *     w  ← base(w, g')
 *
 * The weights are never changed and put back: `w + ε` is one more expression. Buffers are those of the pass at w.
 */
export function sharpnessAware(base: Optimizer, recipe: Recipe): Method {
  const { name, looksAt, when = () => true, combine = gradientThere, examples = allExamples } = recipe
  const perturb = restricted(name, recipe.perturb, recipe)
  return overBase(base, {
    ...recipe,
    slots: combine.slots,
    find: ({ params, objective, step, slots }) => {
      const first = examples.first(objective, params)
      const { clean, loss } = first
      const moment = { step, key: objective.key }
      const here =
        looksAt === undefined
          ? first.here
          : { ...first.here, grads: looksAt(params, first.here.grads, moment) }
      const told = { loss, gradNorm: globalNorm(here.grads), outputs: clean.outputs, buffers: clean.buffers }
      if (!when(step)) {
        const still = { perturbationNorm: zeros([]), perturbedLoss: loss }
        const report = { ...told, ...still, chosen: first.rows, passes: first.passes }
        return { grads: combine.reuse(here.grads, slots, step), slots, report }
      }
      const epsilon = perturb(params, here.grads, moment)
      const second = examples.second(objective, added(params, epsilon), first)
      const final = combine.fresh({ params, objective, step, here, epsilon, there: second.there })
      return {
        grads: final.grads,
        slots: final.slots,
        report: {
          ...told,
          perturbationNorm: globalNorm(epsilon),
          perturbedLoss: second.loss,
          chosen: second.rows,
          passes: sumOf([first.passes, second.passes, final.passes]),
        },
      }
    },
  })
}

function sumOf(all: readonly Passes[]): Passes {
  return {
    forward: all.reduce((sum, { forward }) => sum + forward, 0),
    backward: all.reduce((sum, { backward }) => sum + backward, 0),
  }
}

/** The options that all methods take, out of a method's own. */
export function sharedOf({ m, only, rhoScale }: SharpnessOptions): SharpnessOptions {
  return {
    ...(m === undefined ? {} : { m }),
    ...(only === undefined ? {} : { only }),
    ...(rhoScale === undefined ? {} : { rhoScale }),
  }
}

/** Every k-th step, the first one included. */
export function every(k: number): (step: number) => boolean {
  return (step) => step % k === 0
}
