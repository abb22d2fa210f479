import {
  adagrad,
  adam,
  adamW,
  asam,
  crSam,
  esam,
  focalSam,
  gsam,
  kSam,
  lamb,
  lars,
  layerSam,
  lookLayerSam,
  lookSam,
  type Method,
  momentumSam,
  plain,
  rmsprop,
  sam,
  sgd,
} from '@samkit/optim'

/** A way to train, as code and as what the code gives. */
export interface Way {
  readonly code: string
  readonly method: Method
}

const base = sgd({ lr: 0.1, momentum: 0.9 })
const baseCode = 'sgd({ lr: 0.1, momentum: 0.9 })'

/** Every optimizer and every sharpness-aware method, by name. */
export const ways: Readonly<Record<string, Way>> = {
  sgd: { code: 'plain(sgd({ lr: 0.1 }))', method: plain(sgd({ lr: 0.1 })) },
  momentum: {
    code: 'plain(sgd({ lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }))',
    method: plain(sgd({ lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 })),
  },
  adam: { code: 'plain(adam({ lr: 0.01 }))', method: plain(adam({ lr: 0.01 })) },
  adamW: { code: 'plain(adamW({ lr: 0.01 }))', method: plain(adamW({ lr: 0.01 })) },
  rmsprop: { code: 'plain(rmsprop({ lr: 0.01 }))', method: plain(rmsprop({ lr: 0.01 })) },
  adagrad: { code: 'plain(adagrad({ lr: 0.1 }))', method: plain(adagrad({ lr: 0.1 })) },
  lars: {
    code: "plain(lars({ lr: 1, momentum: 0.9, trust: 0.02, adapt: 'all' }))",
    method: plain(lars({ lr: 1, momentum: 0.9, trust: 0.02, adapt: 'all' })),
  },
  lamb: { code: 'plain(lamb({ lr: 0.01 }))', method: plain(lamb({ lr: 0.01 })) },
  sam: { code: `sam(${baseCode}, { rho: 0.1 })`, method: sam(base, { rho: 0.1 }) },
  asam: { code: `asam(${baseCode}, { rho: 0.5 })`, method: asam(base, { rho: 0.5 }) },
  gsam: { code: `gsam(${baseCode}, { rho: 0.1 })`, method: gsam(base, { rho: 0.1 }) },
  layerSam: { code: `layerSam(${baseCode}, { rho: 0.1 })`, method: layerSam(base, { rho: 0.1 }) },
  lookSam: { code: `lookSam(${baseCode}, { rho: 0.1, k: 2 })`, method: lookSam(base, { rho: 0.1, k: 2 }) },
  lookLayerSam: {
    code: `lookLayerSam(${baseCode}, { rho: 0.1, k: 2 })`,
    method: lookLayerSam(base, { rho: 0.1, k: 2 }),
  },
  kSam: { code: `kSam(${baseCode}, { rho: 0.1, k: 2 })`, method: kSam(base, { rho: 0.1, k: 2 }) },
  esam: { code: `esam(${baseCode}, { rho: 0.1 })`, method: esam(base, { rho: 0.1 }) },
  focalSam: {
    code: `focalSam(${baseCode}, { classes: [30, 20, 10], rho: 0.1 })`,
    method: focalSam(base, { classes: [30, 20, 10], rho: 0.1 }),
  },
  momentumSam: { code: `momentumSam(${baseCode}, { rho: 0.1 })`, method: momentumSam(base, { rho: 0.1 }) },
  crSam: { code: `crSam(${baseCode}, { rho: 0.1 })`, method: crSam(base, { rho: 0.1 }) },
}
