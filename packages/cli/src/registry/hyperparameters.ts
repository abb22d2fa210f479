import { type NumberRange, rangeInWords } from '../number-range.ts'

/** A number that optimizers take, with its flag. */
export interface Hyperparameter {
  /** As commander reads it: `--lr <rate>`. */
  readonly flags: string
  /** One line for `--help`. */
  readonly summary: string
  readonly range: NumberRange
}

/** Name of a hyper-parameter. */
export type HyperName =
  | 'lr'
  | 'momentum'
  | 'weightDecay'
  | 'trust'
  | 'rho'
  | 'reuseEvery'
  | 'alpha'
  | 'k'
  | 'beta'
  | 'gamma'
  | 'eta'
  | 'lambda'

/** Every hyper-parameter of every optimizer. Which optimizer takes which, and with what default, is in `optimizers`. */
export const hyperparameters: Readonly<Record<HyperName, Hyperparameter>> = {
  lr: { flags: '--lr <rate>', summary: 'learning rate', range: { above: 0 } },
  momentum: { flags: '--momentum <number>', summary: 'momentum', range: { from: 0, below: 1 } },
  weightDecay: { flags: '--weight-decay <number>', summary: 'weight decay', range: { from: 0 } },
  trust: { flags: '--trust <number>', summary: 'trust coefficient of LARS', range: { above: 0 } },
  rho: { flags: '--rho <radius>', summary: 'radius of the neighbourhood', range: { from: 0 } },
  reuseEvery: {
    flags: '--reuse-every <steps>',
    summary: "LookSAM's k: perturb at every k-th step, reuse between",
    range: { whole: true, from: 1 },
  },
  alpha: {
    flags: '--alpha <number>',
    summary:
      'share of the reused part (LookSAM), of the gap (GSAM), weight of the second difference (CR-SAM)',
    range: { from: 0 },
  },
  k: {
    flags: '--k <examples>',
    summary: "K-SAM's k: examples of a batch to take gradients on",
    range: { whole: true, from: 1 },
  },
  beta: {
    flags: '--beta <number>',
    summary:
      'probability that a tensor is perturbed (ESAM, at most 1), weight of the first difference (CR-SAM)',
    range: { from: 0 },
  },
  gamma: {
    flags: '--gamma <number>',
    summary:
      'share of the batch in the second gradient (ESAM, above 0, at most 1), focus on rare classes (Focal-SAM)',
    range: { from: 0 },
  },
  eta: { flags: '--eta <number>', summary: 'how far a weight of 0 is moved (ASAM)', range: { from: 0 } },
  lambda: {
    flags: '--lambda <share>',
    summary: 'how much sharpness counts (Focal-SAM, at most 1)',
    range: { from: 0 },
  },
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

/** For `--help`: what it is and which numbers it takes. */
export function describeHyper(name: HyperName): string {
  const { summary, range } = hyperparameters[name]
  return `${summary}: ${rangeInWords(range)}`
}

/** Hyper-parameters by name. */
export type HyperValues = Partial<Readonly<Record<HyperName, number>>>
