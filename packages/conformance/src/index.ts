/**
 * Tells whether a samkit backend is right: random programs against the reference, with failures made as small as they get.
 *
 * @packageDocumentation
 */
export { type Bound, type Bounds, defaultBounds } from './bounds.ts'
export type { Cell } from './check.ts'
export type { Worst } from './compare/compare.ts'
export { type Describe, type DescribeOptions, describeBackend, type It } from './describe-backend.ts'
export type { BackendSource, ConformanceOptions } from './options.ts'
export { gridText } from './page/grid.ts'
export { reportPage } from './page/report-page.ts'
export type { CheckReport, ConformanceReport } from './report.ts'
export { type RunOptions, runConformance } from './run-conformance.ts'
export { type Section, sections } from './section.ts'
export { type TrainingOptions, trainingSteps } from './training/training-steps.ts'
export type { Fault } from './verdict.ts'
