export {
  costOf,
  type Evaluation,
  type Method,
  type MethodState,
  type MethodStep,
  type Objective,
  type Pass,
  type Passes,
  plain,
  type Selection,
  type StepReport,
} from './method.ts'
export { type AsamOptions, asam } from './methods/asam.ts'
export { type CrSamOptions, crSam } from './methods/crsam.ts'
export { type EsamOptions, esam } from './methods/esam.ts'
export { type FocalSamOptions, focalSam } from './methods/focal-sam.ts'
export { type GsamOptions, gsam } from './methods/gsam.ts'
export { type KSamOptions, kSam } from './methods/ksam.ts'
export { type LayerSamOptions, layerSam } from './methods/layersam.ts'
export { type LookLayerSamOptions, lookLayerSam } from './methods/look-layersam.ts'
export { type LookSamOptions, lookSam } from './methods/looksam.ts'
export { type MomentumSamOptions, momentumSam } from './methods/momentum-sam.ts'
export { type SamOptions, sam } from './methods/sam.ts'
export {
  type Batch,
  type Buffers,
  batchObjective,
  type Loss,
  type Model,
  type ObjectiveOptions,
  type PassContext,
} from './objective.ts'
export {
  type Definition,
  type Entry,
  type NewEntry,
  type Optimizer,
  type OptimizerState,
  perTensor,
  type Updated,
} from './optimizer.ts'
export { type AdagradOptions, adagrad } from './optimizers/adagrad.ts'
export { type AdamOptions, adam } from './optimizers/adam.ts'
export type { MomentOptions } from './optimizers/adam-moments.ts'
export { type AdamWOptions, adamW } from './optimizers/adamw.ts'
export { type LambOptions, lamb } from './optimizers/lamb.ts'
export { type LarsOptions, lars } from './optimizers/lars.ts'
export { type RmspropOptions, rmsprop } from './optimizers/rmsprop.ts'
export { type SgdOptions, sgd } from './optimizers/sgd.ts'
export type { Adapted } from './optimizers/trust-ratio.ts'
export { type AdaptiveBallOptions, adaptiveBall } from './parts/adaptive-ball.ts'
export {
  type Around,
  type Combine,
  type Combined,
  type GapKeeps,
  gradientThere,
  regularizeCurvature,
  removeGap,
  reuseOrthogonal,
  type Scope,
} from './parts/combine.ts'
export {
  allExamples,
  type Examples,
  type First,
  mostSensitive,
  type Second,
  type SubsetMean,
  topLoss,
} from './parts/examples.ts'
export { type LayerwiseBallOptions, type LayerwiseForm, layerwiseBall } from './parts/layerwise-ball.ts'
export { type MaskUnit, someLayers } from './parts/mask.ts'
export { globalNorm } from './parts/norm.ts'
export { l2Ball, lInfBall, type Moment, type Perturbation } from './parts/perturbation.ts'
export { type RestrictOptions, restricted } from './parts/restricted.ts'
export { byKind, type PerTensor } from './per-tensor-tree.ts'
export { planInput, type Schedule, valueAt } from './schedule.ts'
export {
  constantSchedule,
  cosine,
  exponential,
  linearSchedule,
  multiStep,
  type OneCycleOptions,
  oneCycle,
  type Piece,
  polynomial,
  proportional,
  type StepFunction,
  sequence,
  stepDecay,
  warmup,
} from './schedules.ts'
export {
  every,
  type Finder,
  type Found,
  overBase,
  type Recipe,
  type SharpnessOptions,
  type Start,
  sharpnessAware,
} from './sharpness-aware.ts'
export type { Snapshot } from './snapshot.ts'
export { type StepResult, type Trainer, type TrainerOptions, trainer } from './trainer.ts'
export { type ClippedOptions, clipped } from './wrappers/clipped.ts'
export { type EmaOptions, withEma } from './wrappers/ema.ts'
