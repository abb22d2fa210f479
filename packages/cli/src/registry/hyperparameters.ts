import type { NumberRange } from '../number-range.ts'

/** A number that optimizers take, with its flag. */
export interface Hyperparameter {
  /** As commander reads it: `--lr <rate>`. */
  readonly flags: string
  /** One line for `--help`. */
  readonly summary: string
  readonly range: NumberRange
}

/** Name of a hyper-parameter. */
export type HyperName = 'lr' | 'momentum' | 'weightDecay' | 'rho'

/** Every hyper-parameter of every optimizer. Which optimizer takes which, and with what default, is in `optimizers`. */
export const hyperparameters: Readonly<Record<HyperName, Hyperparameter>> = {
  lr: { flags: '--lr <rate>', summary: 'learning rate', range: { above: 0 } },
  momentum: { flags: '--momentum <number>', summary: 'momentum', range: { from: 0, below: 1 } },
  weightDecay: { flags: '--weight-decay <number>', summary: 'weight decay', range: { from: 0 } },
  rho: { flags: '--rho <radius>', summary: 'radius of the neighbourhood', range: { from: 0 } },
}

/** All names, in the order of `--help`. */
export const hyperNames: readonly HyperName[] = Object.keys(hyperparameters).filter(isHyperName)

function isHyperName(name: string): name is HyperName {
  return Object.hasOwn(hyperparameters, name)
}

/** The flag by itself, such as `--lr`. */
export function flagOf(name: HyperName): string {
  return hyperparameters[name].flags.split(' ', 1)[0] ?? ''
}
