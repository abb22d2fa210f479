export { type EpsilonSharpness, type EpsilonSharpnessOptions, epsilonSharpness } from './epsilon-sharpness.ts'
export { type HessianTrace, type HessianTraceOptions, hessianTrace } from './hessian-trace.ts'
export {
  type LargestEigenvalue,
  type LargestEigenvalueOptions,
  largestEigenvalue,
} from './largest-eigenvalue.ts'
export { type MSharpness, mSharpness } from './m-sharpness.ts'
