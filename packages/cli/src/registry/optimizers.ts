import { adamW, type Method, type Optimizer, type Schedule, sam, sgd } from '@samkit/optim'
import { UsageError } from '../errors.ts'
import { flagOf, type HyperName, hyperNames } from './hyperparameters.ts'

/** Hyper-parameters by name. */
export type HyperValues = Partial<Readonly<Record<HyperName, number>>>

/** An optimizer or method that can be named on the command line. */
export interface OptimizerEntry {
  /** Its name in prose. */
  readonly title: string
  /** One line for `--help`. */
  readonly summary: string
  /** Every hyper-parameter it takes, with its default. */
  readonly defaults: HyperValues
  /** Makes it. The learning rate is given as a function of the step. */
  create(values: HyperValues, lr: Schedule): Method | Optimizer
}

function entry<Name extends HyperName>(
  title: string,
  summary: string,
  defaults: Readonly<Record<Name, number>>,
  create: (values: Readonly<Record<Name, number>> & { readonly lr: Schedule }) => Method | Optimizer,
): OptimizerEntry {
  return { title, summary, defaults, create: (values, lr) => create({ ...defaults, ...values, lr }) }
}

/** What `--optimizer` accepts. A new method is one entry here, and one in `hyperparameters` for each new flag. */
export const optimizers: Readonly<Record<string, OptimizerEntry>> = {
  sgd: entry('SGD', 'gradient descent with momentum', { lr: 0.05, momentum: 0.9, weightDecay: 0 }, sgd),
  adamw: entry('AdamW', 'Adam with decoupled weight decay', { lr: 1e-3, weightDecay: 0.01 }, adamW),
  sam: entry(
    'SAM',
    'sharpness-aware minimization over SGD',
    { lr: 0.05, momentum: 0.9, weightDecay: 0, rho: 0.05 },
    ({ rho, ...base }) => sam(sgd(base), { rho }),
  ),
}

/**
 * The hyper-parameters of an optimizer: those given, and its defaults for the others.
 *
 * @throws UsageError where one is given that the optimizer does not take.
 */
export function hyperValues(name: string, { defaults }: OptimizerEntry, given: HyperValues): HyperValues {
  for (const hyper of hyperNames) {
    if (given[hyper] !== undefined && defaults[hyper] === undefined) {
      const takes = hyperNames.filter((other) => defaults[other] !== undefined).map(flagOf)
      throw new UsageError(
        `${flagOf(hyper)} does nothing with --optimizer ${name}, which takes ${takes.join(', ')}`,
      )
    }
  }
  return { ...defaults, ...given }
}
