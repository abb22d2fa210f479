export type { Entry, RunRecord, Sample } from './report/record.ts'
export { renderReport } from './report/report.ts'
export type { EpochMetrics } from './training/metrics.ts'
