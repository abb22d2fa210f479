export * from './graph/dtype.ts'
