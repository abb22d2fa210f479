export {
  type Evaluation,
  type Method,
  type MethodState,
  type MethodStep,
  type Objective,
  plain,
  type Selection,
  type StepReport,
} from './method.ts'
export { type SamOptions, sam } from './methods/sam.ts'
export {
  type Batch,
  type Buffers,
  batchObjective,
  type Loss,
  type Model,
  type PassContext,
} from './objective.ts'
export {
  type Entry,
  type NewEntry,
  type Optimizer,
  type OptimizerState,
  perTensor,
  type Updated,
} from './optimizer.ts'
export { type AdamWOptions, adamW } from './optimizers/adamw.ts'
export { type SgdOptions, sgd } from './optimizers/sgd.ts'
export { globalNorm } from './parts/norm.ts'
export { l2Ball, type Perturbation, perturbed } from './parts/perturbation.ts'
export { planInput, type Schedule, valueAt } from './schedule.ts'
export { type Snapshot, type StepResult, type Trainer, type TrainerOptions, trainer } from './trainer.ts'
