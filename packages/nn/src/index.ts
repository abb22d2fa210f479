export { fanIn, torchUniform } from './init.ts'
export type { Buffers, Context, Kind, Kinds, Layer, ParamsOf } from './layer.ts'
export { type Conv2dOptions, type Conv2dParams, conv2d } from './layers/conv2d.ts'
export { dropout } from './layers/dropout.ts'
export { type LinearOptions, type LinearParams, linear } from './layers/linear.ts'
export { crossEntropy, type LossOptions, reduceLoss } from './losses/cross-entropy.ts'
export { type LenetOptions, type LenetParams, lenet } from './models/lenet.ts'
export { type MlpOptions, type MlpParams, mlp } from './models/mlp.ts'
export {
  type BoundParts,
  join,
  lambda,
  module,
  type Part,
  type Parts,
  type PartsParams,
  sequential,
} from './module.ts'
export { loadStateDict, type StateDict, stateDict } from './state-dict.ts'
