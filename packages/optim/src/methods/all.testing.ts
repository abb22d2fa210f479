import fc from 'fast-check'
import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { adamW } from '../optimizers/adamw.ts'
import { sgd } from '../optimizers/sgd.ts'
import { asam } from './asam.ts'
import { crSam } from './crsam.ts'
import { esam } from './esam.ts'
import { focalSam } from './focal-sam.ts'
import { gsam } from './gsam.ts'
import { kSam } from './ksam.ts'
import { layerSam } from './layersam.ts'
import { lookLayerSam } from './look-layersam.ts'
import { lookSam } from './looksam.ts'
import { momentumSam } from './momentum-sam.ts'
import { sam } from './sam.ts'

/** Every method by its name, with a radius and settings in which it does all that it can. */
export const methods: Readonly<
  Record<string, (base: Optimizer, rho?: number, m?: { m?: number }) => Method>
> = {
  sam: (base, rho = 0.1, m = {}) => sam(base, { rho, ...m }),
  asam: (base, rho = 0.1, m = {}) => asam(base, { rho, ...m }),
  looksam: (base, rho = 0.1, m = {}) => lookSam(base, { rho, k: 3, ...m }),
  layersam: (base, rho = 0.1, m = {}) => layerSam(base, { rho, ...m }),
  'look-layersam': (base, rho = 0.1, m = {}) => lookLayerSam(base, { rho, k: 3, ...m }),
  ksam: (base, rho = 0.1, m = {}) => kSam(base, { rho, k: 2, ...m }),
  esam: (base, rho = 0.1, m = {}) => esam(base, { rho, ...m }),
  'momentum-sam': (base, rho = 0.1, m = {}) => momentumSam(base, { rho, ...m }),
  gsam: (base, rho = 0.1, m = {}) => gsam(base, { rho, ...m }),
  crsam: (base, rho = 0.1, m = {}) => crSam(base, { rho, ...m }),
}

/** Focal-SAM, whose targets are classes. */
export const focal = (base: Optimizer, rho = 0.1): Method => focalSam(base, { classes: [30, 10], rho })

/** Base optimizers that differ in what they remember. */
export const bases: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => sgd({ lr: 0.1 }),
  momentum: () => sgd({ lr: (step) => 0.1 / (1 + step), momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  adamw: () => adamW({ lr: 0.01 }),
}

export const anyBase = fc.constantFrom(...Object.values(bases))
export const anySeed = fc.integer({ min: 0, max: 1e6 })
export const anyRho = fc.double({ min: 0.02, max: 2, noNaN: true })
