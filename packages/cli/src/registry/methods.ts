import * as optim from '@samkit/optim'
import type { HyperName, HyperValues } from './hyperparameters.ts'

/** What a method may need to know of a run beside its hyper-parameters. */
export interface MethodContext {
  /** Number of training images of each class. */
  readonly classCounts: readonly number[]
}

/** A sharpness-aware method, over any base optimizer. */
export interface MethodEntry {
  /** Its name in prose. */
  readonly title: string
  /** One line for `--help`. */
  readonly summary: string
  /** Its own hyper-parameters that have a number for a default. */
  readonly defaults: HyperValues
  /** Its own hyper-parameters whose default is no number, with what it is in words. */
  readonly optional: Partial<Readonly<Record<HyperName, string>>>
  create(base: optim.Optimizer, values: HyperValues, context: MethodContext): optim.Method
}

function entry<Name extends HyperName>(
  title: string,
  summary: string,
  defaults: Readonly<Record<Name, number>>,
  create: (
    base: optim.Optimizer,
    values: Readonly<Record<Name, number>>,
    context: MethodContext,
  ) => optim.Method,
): MethodEntry {
  return {
    title,
    summary,
    defaults,
    optional: {},
    create: (base, values, context) => create(base, { ...defaults, ...values }, context),
  }
}

/** The sharpness-aware methods `--optimizer` accepts. A new method is one entry here. */
export const methods: Readonly<Record<string, MethodEntry>> = {
  sam: entry('SAM', 'sharpness-aware minimization', { rho: 0.05 }, (base, { rho }) =>
    optim.sam(base, { rho }),
  ),
  asam: entry(
    'ASAM',
    'SAM relative to the size of each weight',
    { rho: 0.5, eta: 0.01 },
    (base, { rho, eta }) => optim.asam(base, { rho, eta }),
  ),
  looksam: entry(
    'LookSAM',
    'SAM at every k-th step, a part of its gradient reused between',
    { rho: 0.05, reuseEvery: 5, alpha: 0.7 },
    (base, { rho, reuseEvery, alpha }) => optim.lookSam(base, { rho, k: reuseEvery, alpha }),
  ),
  layersam: entry('LayerSAM', 'SAM with a radius per layer', { rho: 0.05 }, (base, { rho }) =>
    optim.layerSam(base, { rho }),
  ),
  'look-layersam': entry(
    'Look-LayerSAM',
    'LookSAM with the perturbation of LayerSAM',
    { rho: 0.05, reuseEvery: 5, alpha: 0.7 },
    (base, { rho, reuseEvery, alpha }) => optim.lookLayerSam(base, { rho, k: reuseEvery, alpha }),
  ),
  ksam: {
    title: 'K-SAM',
    summary: 'SAM on the k examples of largest loss',
    defaults: { rho: 0.05 },
    optional: { k: 'a third of the batch' },
    create: (base, { rho = 0.05, k }) => optim.kSam(base, k === undefined ? { rho } : { rho, k }),
  },
  esam: entry(
    'ESAM',
    'SAM on some tensors and the most sensitive examples',
    { rho: 0.05, beta: 0.5, gamma: 0.5 },
    (base, { rho, beta, gamma }) => optim.esam(base, { rho, beta, gamma }),
  ),
  msam: entry(
    'Momentum-SAM',
    'perturbs along the momentum, at the cost of the base',
    { rho: 3 },
    (base, { rho }) => optim.momentumSam(base, { rho }),
  ),
  gsam: entry(
    'GSAM',
    'SAM that closes the gap to the perturbed loss',
    { rho: 0.05, alpha: 0.4 },
    (base, { rho, alpha }) => optim.gsam(base, { rho, alpha }),
  ),
  crsam: entry(
    'CR-SAM',
    'SAM with curvature regularized by two differences',
    { rho: 0.1, alpha: 0.1, beta: 0.01 },
    (base, { rho, alpha, beta }) => optim.crSam(base, { rho, a: alpha, b: beta }),
  ),
  'focal-sam': entry(
    'Focal-SAM',
    'SAM where rare classes count more, for long-tailed data',
    { rho: 0.2, gamma: 3, lambda: 0.5 },
    (base, { rho, gamma, lambda }, { classCounts }) =>
      optim.focalSam(base, { rho, gamma, lambda, classes: classCounts }),
  ),
}
