export { generateFused } from './fused.ts'
