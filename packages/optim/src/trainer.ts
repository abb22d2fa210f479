import { foldIn, mapTree, realize, type Tensor, tensor, treeLeaves } from '@samkit/core'
import { costOf, type Method, type MethodState, plain, type StepReport } from './method.ts'
import { type Batch, type Buffers, batchObjective, type Loss, type Model } from './objective.ts'
import type { Optimizer } from './optimizer.ts'
import { checkCount } from './schedule.ts'
import { fromSnapshot, type RunState, type Snapshot, takeSnapshot } from './snapshot.ts'

/** Options of {@link trainer}. */
export interface TrainerOptions<P> {
  /** The mean loss of a batch, from the model's outputs. */
  readonly loss: Loss
  /** Draws the first parameters, and everything random in the steps. */
  readonly key: Tensor
  /** Parameters to begin with. Default: `model.init`. */
  readonly params?: P
  /** Buffers to begin with, such as a pretrained model's running statistics. Default: `model.buffers`. */
  readonly buffers?: Buffers
  /**
   * The most examples that go through the model at one time: larger batches are summed piece by piece, for the memory of a
   * piece. Exact but for batch normalisation, which sees a piece at a time. Default: all.
   */
  readonly microBatch?: number
}

/** What one step did, as numbers. */
export interface StepResult {
  /** Steps taken so far, this one included. */
  readonly step: number
  /** The mean loss before the step. */
  readonly loss: number
  /** ‖g‖ before the step. */
  readonly gradNorm: number
  /** ‖ε‖, 0 for methods that do not perturb. */
  readonly perturbationNorm: number
  /** The mean loss at the perturbed parameters; where a step does not perturb, the loss. */
  readonly perturbedLoss: number
  /** The norm of the gradient that the base optimizer was handed. */
  readonly finalNorm: number
  /** The model's outputs before the step, computed. */
  readonly outputs: Tensor
  /** `[k]` in `i32`, computed: the examples that the last gradient was taken on; null where it was all of them. */
  readonly chosen: Tensor | null
  /** How many passes over the batch the step cost. */
  readonly passes: StepReport['passes']
  /** What those passes cost, with one step of plain gradient descent as 1. */
  readonly cost: number
}

/** Owns parameters and optimizer state, and takes steps. */
export interface Trainer<P> {
  /** The parameters now. They are values: a later step makes new ones. */
  readonly params: P
  /** The model's buffers now, by path. */
  readonly buffers: Buffers
  /** Trees like the parameters that the method keeps, by name, such as `ema` of `withEma`. */
  readonly slots: MethodState<P>['slots']
  /** Steps taken so far. */
  readonly steps: number
  /**
   * One step on one batch. Everything is computed in one plan, and only then replaces what was there.
   *
   * @throws Error when the loss or the gradient is not finite, or anything else goes wrong; parameters and state are then
   * what they were before.
   */
  step(batch: Batch): Promise<StepResult>
  /** The model's outputs, not training, with the parameters as they are or with others, such as `run.slots.ema`. */
  predict(inputs: Tensor, params?: P): Promise<Tensor>
  /** Parameters and state as arrays by path. */
  snapshot(): Promise<Snapshot>
  /**
   * Goes on from a snapshot: what follows is what would have followed there, bit for bit.
   *
   * @throws Error naming what is missing or of another shape; nothing has changed then.
   */
  restore(snapshot: Snapshot): void
}

/**
 * A training loop's stateful part: a model, a method (or a plain optimizer) and a loss, with the parameters and state
 * between steps.
 *
 * @example
 * const run = await trainer(lenet(), sam(sgd({ lr: 0.1 })), { loss: crossEntropy, key: key(0) })
 * const { loss } = await run.step({ inputs, targets })
 */
export async function trainer<P>(
  model: Model<P>,
  method: Method | Optimizer,
  { loss, key, params, buffers, microBatch }: TrainerOptions<P>,
): Promise<Trainer<P>> {
  if (microBatch !== undefined) checkCount('trainer', 'microBatch', microBatch)
  const way = 'update' in method ? plain(method) : method
  const start = await settle(params ?? model.init(foldIn(key, 0)))
  const passKey = foldIn(key, 1)
  await realize(passKey)
  const streamKey = passKey.detach()
  let state: RunState<P> = {
    params: start,
    buffers: await settle(buffers ?? model.buffers?.() ?? {}),
    method: await settle(way.init(start)),
  }

  async function step(batch: Batch): Promise<StepResult> {
    const before = state
    const number = before.method.base.step
    // The step number is an input of the plan: another step is not another plan.
    const stepKey = foldIn(streamKey, tensor(number, { dtype: 'i32' }))
    const objective = batchObjective(model, loss, batch, {
      key: stepKey,
      buffers: before.buffers,
      ...(microBatch === undefined ? {} : { microBatch }),
    })
    const { params: newParams, state: newState, report } = way.step(before.params, before.method, objective)
    const next = { params: newParams, buffers: { ...before.buffers, ...report.buffers }, method: newState }
    const { chosen, outputs } = report
    const numbers = [
      report.loss,
      report.gradNorm,
      report.perturbationNorm,
      report.perturbedLoss,
      report.finalNorm,
    ]
    const told = chosen === null ? [outputs] : [outputs, chosen]
    await realize(...treeLeaves(next).map((leaf) => leaf.tensor), ...numbers, ...told)
    const [lossValue, gradNorm, perturbationNorm, perturbedLoss, finalNorm] = await readNumbers(numbers)
    checkFinite(way.name, number, { loss: lossValue, gradNorm, perturbedLoss, finalNorm })
    if (state !== before) throw new Error('trainer: two steps at once; await one before the next')
    state = handlesOn(next)
    // Given back now, a backend's memory serves the next step; the collector would come only after hundreds of steps.
    for (const { tensor: t } of [...treeLeaves(before), ...treeLeaves(next)]) t.dispose()
    for (const t of numbers) t.dispose()
    return {
      step: number + 1,
      loss: lossValue,
      gradNorm,
      perturbationNorm,
      perturbedLoss,
      finalNorm,
      outputs: outputs.detach(),
      chosen: chosen?.detach() ?? null,
      passes: report.passes,
      cost: costOf(report.passes),
    }
  }

  return {
    get params() {
      return handlesOn(state.params)
    },
    get buffers() {
      return handlesOn(state.buffers)
    },
    get slots() {
      return handlesOn(state.method.slots)
    },
    get steps() {
      return state.method.base.step
    },
    step,
    predict: async (inputs, others) => {
      // Handles of its own, so that a step that ends meanwhile takes nothing away.
      const { params: own, buffers: ownBuffers } = handlesOn({ params: state.params, buffers: state.buffers })
      const context = { training: false, key: null, buffers: ownBuffers, report: () => {} }
      const outputs = model.apply(others ?? own, inputs, context)
      await realize(outputs)
      return outputs.detach()
    },
    snapshot: () => takeSnapshot(handlesOn(state)),
    restore: (snapshot) => {
      state = fromSnapshot(state, snapshot)
    },
  }
}

/** The tree computed, without the history of how. */
async function settle<T>(tree: T): Promise<T> {
  await realize(...treeLeaves(tree).map(({ tensor: t }) => t))
  return handlesOn(tree)
}

/** The same values held once more: they stay when the tree they come from is given back. */
function handlesOn<T>(tree: T): T {
  return mapTree(tree, (t) => t.detach())
}

type Numbers = [
  loss: number,
  gradNorm: number,
  perturbationNorm: number,
  perturbedLoss: number,
  finalNorm: number,
]

async function readNumbers(scalars: readonly Tensor[]): Promise<Numbers> {
  const [a = Number.NaN, b = Number.NaN, c = Number.NaN, d = Number.NaN, e = Number.NaN] = await Promise.all(
    scalars.map((t) => t.item()),
  )
  return [a, b, c, d, e]
}

interface Finite {
  readonly loss: number
  readonly gradNorm: number
  readonly perturbedLoss: number
  readonly finalNorm: number
}

function checkFinite(
  method: string,
  step: number,
  { loss, gradNorm, perturbedLoss, finalNorm }: Finite,
): void {
  if ([loss, gradNorm, perturbedLoss, finalNorm].every(Number.isFinite)) return
  const nearby = Object.is(perturbedLoss, loss) ? '' : `, nearby the loss is ${perturbedLoss}`
  throw new Error(
    `${method}: at step ${step} the loss is ${loss} and the gradient's norm ${gradNorm}${nearby}, and the step's gradient ` +
      `has norm ${finalNorm}; the step was not taken. A smaller learning rate or rho, or data without NaN, usually cures it`,
  )
}
