/**
 * What the primitives are tested with, for those who test backends: uses of every primitive over its whole attribute space,
 * drawn with fast-check (an optional peer dependency), and the plans of tensors.
 *
 * @packageDocumentation
 */
export { casesOf } from './ops/cases/cases-of.ts'
export type { CaseOptions, Cases, OpCase } from './ops/cases/op-case.ts'
export { broadcastable, type ShapeOptions, shapes, sizes } from './ops/cases/shapes.ts'
export { acceptedDtypes, leafOf, specOf } from './ops/cases/use.ts'
export { arrays, hostArray, numbers, randomNumbers, type ValueKind } from './ops/cases/values.ts'
export { planOf, type TracedPlan } from './testing/plan-of.ts'
