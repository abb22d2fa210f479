import { adagrad, adam, adamW, lamb, lars, type Optimizer, rmsprop, type Schedule, sgd } from '@samkit/optim'
import type { HyperName, HyperValues } from './hyperparameters.ts'

/** A plain optimizer: by itself, or what a sharpness-aware method steps with. */
export interface BaseEntry {
  /** Its name in prose. */
  readonly title: string
  /** One line for `--help`. */
  readonly summary: string
  /** Every hyper-parameter it takes, with its default. */
  readonly defaults: HyperValues
  /** Makes it. The learning rate is given as a function of the step. */
  create(values: HyperValues, lr: Schedule): Optimizer
}

function entry<Name extends HyperName>(
  title: string,
  summary: string,
  defaults: Readonly<Record<Name, number>>,
  create: (values: Readonly<Record<Name, number>> & { readonly lr: Schedule }) => Optimizer,
): BaseEntry {
  return { title, summary, defaults, create: (values, lr) => create({ ...defaults, ...values, lr }) }
}

/** What `--base` accepts, and `--optimizer` too. A new optimizer is one entry here. */
export const bases: Readonly<Record<string, BaseEntry>> = {
  sgd: entry('SGD', 'gradient descent with momentum', { lr: 0.03, momentum: 0.9, weightDecay: 0 }, sgd),
  adam: entry('Adam', 'adaptive moments, weight decay in the gradient', { lr: 1e-3, weightDecay: 0 }, adam),
  adamw: entry('AdamW', 'Adam with decoupled weight decay', { lr: 1e-3, weightDecay: 0.01 }, adamW),
  rmsprop: entry(
    'RMSprop',
    'steps over the root of the mean square',
    { lr: 1e-3, momentum: 0, weightDecay: 0 },
    rmsprop,
  ),
  adagrad: entry(
    'Adagrad',
    'steps over the root of the summed squares',
    { lr: 0.01, weightDecay: 0 },
    adagrad,
  ),
  lars: entry(
    'LARS',
    'SGD with a step length per layer; without weight decay it is SGD',
    { lr: 1, momentum: 0.9, weightDecay: 1e-4, trust: 1e-3 },
    lars,
  ),
  lamb: entry('LAMB', 'AdamW with a step length per layer', { lr: 1e-3, weightDecay: 0.01 }, lamb),
}
