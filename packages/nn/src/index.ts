export { type Buffers, type Context, childContext, join } from './context.ts'
export {
  constantInit,
  fanIn,
  fanOut,
  type Initializer,
  type KaimingOptions,
  kaimingNormal,
  kaimingUniform,
  normalInit,
  oneInit,
  type TruncNormalOptions,
  torchUniform,
  truncNormal,
  xavierNormal,
  xavierUniform,
  zeroInit,
} from './init.ts'
export type { Kind, Kinds, Layer, ParamsOf } from './layer.ts'
export {
  type Activation,
  type ActivationName,
  activation,
  activationFunction,
  activationNames,
} from './layers/activation.ts'
export { type AttentionOptions, scaledDotProductAttention } from './layers/attention.ts'
export { type BatchNormOptions, type BatchNormParams, batchNorm1d, batchNorm2d } from './layers/batch-norm.ts'
export { type Conv2dOptions, type Conv2dParams, conv2d, type Size2d } from './layers/conv2d.ts'
export { dropout, dropPath } from './layers/dropout.ts'
export { type EmbeddingOptions, type EmbeddingParams, embedding } from './layers/embedding.ts'
export { type GroupNormOptions, type GroupNormParams, groupNorm } from './layers/group-norm.ts'
export { type LayerNormOptions, type LayerNormParams, layerNorm } from './layers/layer-norm.ts'
export { type LinearOptions, type LinearParams, linear } from './layers/linear.ts'
export { type MlpBlockOptions, type MlpBlockParams, mlpBlock } from './layers/mlp-block.ts'
export {
  type MultiHeadAttentionOptions,
  type MultiHeadAttentionParams,
  multiHeadAttention,
} from './layers/multi-head-attention.ts'
export { type PatchEmbedParams, patchEmbed } from './layers/patch-embed.ts'
export { adaptiveAvgPool2d, adaptiveMaxPool2d, avgPool2d, maxPool2d } from './layers/pooling.ts'
export { type RmsNormOptions, type RmsNormParams, rmsNorm } from './layers/rms-norm.ts'
export { type BceOptions, bceWithLogits } from './losses/binary-cross-entropy.ts'
export { type CrossEntropyOptions, crossEntropy } from './losses/cross-entropy.ts'
export { type FocalOptions, focal, type SigmoidFocalOptions, sigmoidFocal } from './losses/focal.ts'
export { type HuberOptions, huber } from './losses/huber.ts'
export { type KlDivOptions, klDiv } from './losses/kl-div.ts'
export { mse } from './losses/mse.ts'
export { type LossFunction, type LossOptions, perExample, reduceLoss } from './losses/reduction.ts'
export type { Mismatch, Misshapen } from './mismatch.ts'
export {
  type CifarResnetOptions,
  type CifarResnetParams,
  cifarResnet,
  resnet20,
  resnet32,
  resnet44,
  resnet56,
  resnet110,
} from './models/cifar-resnet.ts'
export { type LenetOptions, type LenetParams, lenet } from './models/lenet.ts'
export { type MlpOptions, type MlpParams, mlp } from './models/mlp.ts'
export {
  type BasicBlockParams,
  type BottleneckParams,
  basicBlock,
  bottleneck,
  type DownsampleParams,
  type ResidualBlockOptions,
} from './models/residual-block.ts'
export {
  type ResnetOptions,
  type ResnetParams,
  resnet18,
  resnet34,
  resnet50,
  resnet101,
  resnet152,
} from './models/resnet.ts'
export {
  type TransformerBlockOptions,
  type TransformerBlockParams,
  transformerBlock,
} from './models/transformer-block.ts'
export {
  type VisionTransformerParams,
  type VitOptions,
  type VitSize,
  visionTransformer,
} from './models/vision-transformer.ts'
export { vitBase, vitLarge, vitSmall, vitSmallCifar, vitTiny, vitTinyCifar } from './models/vit.ts'
export {
  type WideBlockParams,
  type WideResnetOptions,
  type WideResnetParams,
  wideResnet,
} from './models/wide-resnet.ts'
export {
  type BoundParts,
  lambda,
  module,
  type Part,
  type Parts,
  type PartsParams,
  residual,
  sequential,
} from './module.ts'
export { type Parameter, parameter } from './parameter.ts'
export { loadPretrained, type Pretrained, type PretrainedOptions } from './pretrained.ts'
export { type Loaded, loadStateDict, type StateDict, stateDict } from './state-dict.ts'
