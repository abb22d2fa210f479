/**
 * What a backend that compiles whole plans is made with: plans lowered to fused kernels over memory that is laid out
 * already.
 */
export { finishedPlan, type OpenPlan } from './compiler/plan.ts'
export { planFor } from './compiler/plan-for.ts'
export type { Access, Bound } from './compiler/program/access.ts'
export { type Cost, costOf, operationsOf, totalCost } from './compiler/program/cost.ts'
export { explainPlan, programText } from './compiler/program/explain.ts'
export { interpretProgram } from './compiler/program/interpret.ts'
export type {
  ConvAxis,
  ConvKernel,
  FusedKernel,
  Guard,
  Instruction,
  Kernel,
  MatmulKernel,
  Place,
  PrimitiveKernel,
  Store,
} from './compiler/program/kernel.ts'
export { type LowerOptions, lower } from './compiler/program/lower.ts'
export type { Buffer, Program, Task } from './compiler/program/program.ts'
export { type RewriteOptions, type RewrittenPlan, rewritePlan } from './compiler/rewrite/rewrite.ts'
