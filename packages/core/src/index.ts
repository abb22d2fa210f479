import './tensor/methods.ts'

export { backward } from './autodiff/backward.ts'
export { checkpoint } from './autodiff/checkpoint.ts'
export { customGradient, type GradientRule } from './autodiff/custom.ts'
export { grad, type ValueAndGrad, type ValueAndGradAux, valueAndGrad } from './autodiff/grad.ts'
export { type GradcheckOptions, gradcheck } from './autodiff/gradcheck.ts'
export { hessian, jacobian } from './autodiff/jacobian.ts'
export { hvp, type Jvp, jvp, type Vjp, vjp } from './autodiff/products.ts'
export type { Backend, BackendMemory, Capabilities, Executable } from './backend/backend.ts'
export {
  type InterpreterOptions,
  interpreterBackend,
  type Kernel,
  type KernelInput,
} from './backend/interpreter.ts'
export { referenceBackend } from './backend/reference.ts'
export {
  type BackendFactory,
  backendByName,
  backendNames,
  getBackend,
  registerBackend,
  setBackend,
} from './backend/registry.ts'
export { StepError } from './backend/step-error.ts'
export { type CompileStats, compileStats } from './compiler/cache.ts'
export type { Plan, Step, ValueId } from './compiler/plan.ts'
export {
  type EluOptions,
  elu,
  type GeluOptions,
  gelu,
  type LeakyReluOptions,
  leakyRelu,
  logSigmoid,
  relu,
  sigmoid,
  silu,
  softplus,
} from './functions/activations.ts'
export { adaptiveAvgPool2d } from './functions/adaptive-pool.ts'
export { type AxisPick, type AxisRange, at } from './functions/at.ts'
export {
  type FlattenOptions,
  flatten,
  moveAxis,
  squeeze,
  transpose,
  unsqueeze,
} from './functions/axes.ts'
export { type ClipOptions, clip } from './functions/clip.ts'
export {
  all,
  allClose,
  any,
  type CloseOptions,
  elementIsFinite as isFinite,
  elementIsNaN as isNaN,
  ge,
  gt,
  isClose,
  ne,
} from './functions/compare.ts'
export {
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  convTranspose2d,
} from './functions/conv.ts'
export { einsum } from './functions/einsum.ts'
export { indexSelect } from './functions/index-select.ts'
export { chunk, type SplitOptions, splitAxis, stack } from './functions/join.ts'
export { type OneHotOptions, oneHot } from './functions/one-hot.ts'
export { type PadAmount, type PadOptions, pad } from './functions/pad.ts'
export {
  type AvgPoolOptions,
  avgPool2d,
  type MaxPoolOptions,
  maxPool2d,
  type PoolOptions,
} from './functions/pool.ts'
export { exp2, log2, reciprocal, rsqrt, square } from './functions/powers.ts'
export { prod } from './functions/prod.ts'
export { dot, outer } from './functions/products.ts'
export { type RollOptions, repeatInterleave, roll, tile } from './functions/repeat.ts'
export { ceil, floorDivide, round, trunc } from './functions/rounding.ts'
export { logSoftmax, logSumExp, type SoftmaxOptions, softmax } from './functions/softmax.ts'
export { type Sorted, sort, type TopkOptions, topk } from './functions/sort.ts'
export type { PerAxis } from './functions/spatial.ts'
export {
  mean,
  type NormOptions,
  norm,
  std,
  type VarianceOptions,
  variance,
} from './functions/statistics.ts'
export {
  type DiagonalOptions,
  diagonal,
  type TriangleOptions,
  tril,
  triu,
} from './functions/triangle.ts'
export {
  allocate,
  bytesPerElement,
  type DType,
  dtypeOf,
  dtypes,
  type HostArray,
  isFloat,
  promote,
  type Shape,
  type TensorSpec,
  type TypedArray,
} from './graph/dtype.ts'
export { OpError, RunError } from './graph/errors.ts'
export { fromOwned } from './graph/leaf.ts'
export { type Axes, formatShape, sizeOf } from './graph/shape.ts'
export { type DeviceBuffer, type MemoryStats, memoryStats } from './graph/storage.ts'
export {
  type Family,
  type MaybeTensor,
  Node,
  type Primitive,
  Tensor,
  trackCallSites,
} from './graph/tensor.ts'
export { type DescribeOptions, describe } from './inspect/describe.ts'
export { toDot } from './inspect/dot.ts'
export { explain } from './inspect/explain.ts'
export {
  type ExplainedGradient,
  type ExplainedPart,
  type ExplainedStep,
  type ExplainedValue,
  type Explanation,
  explainSteps,
} from './inspect/explain-steps.ts'
export type { GraphTextOptions } from './inspect/graph-parts.ts'
export { toMermaid } from './inspect/mermaid.ts'
export type { ArrayEntry, ArrayFile, NamedArrays } from './io/array-file.ts'
export { type ByteSource, blobSource, bytesSource } from './io/byte-source.ts'
export { joinChunks } from './io/chunks.ts'
export { encodeSafetensors, type SafetensorsOptions } from './io/encode-safetensors.ts'
export { FileFormatError, type FilePlace } from './io/format-error.ts'
export { decodeNpy, encodeNpy } from './io/npy.ts'
export { encodeNpz, type NpzFile, type NpzOptions, openNpz } from './io/npz.ts'
export { openSafetensors, type SafetensorsFile } from './io/open-safetensors.ts'
export { argsort, type SortOptions } from './ops/argsort.ts'
export { abs, div, floor, mul, neg, remainder, sign, sub } from './ops/arithmetic.ts'
export { expand, type ReduceOptions, sum, sumTo } from './ops/broadcast.ts'
export { cast } from './ops/cast.ts'
export { eq, le, logicalAnd, logicalNot, logicalOr, lt } from './ops/compare.ts'
export { type ConvAttrs, conv } from './ops/conv.ts'
export { type CumsumOptions, cumsum } from './ops/cumsum.ts'
export { defineOp, type Op, type TensorLike } from './ops/define.ts'
export {
  add,
  type BinaryOp,
  type BinaryRule,
  defineBinary,
  defineUnary,
  type UnaryOp,
  type UnaryRule,
} from './ops/elementwise.ts'
export { type ArgOptions, argmax, argmin, max, min } from './ops/extrema.ts'
export { identity, stopGradient } from './ops/flow.ts'
export { gather, scatterAdd } from './ops/gather.ts'
export { constant, iota } from './ops/leaves.ts'
export { matmul } from './ops/matmul.ts'
export { maximum, minimum } from './ops/maximum.ts'
export { type RandomAttrs, random } from './ops/random.ts'
export { permute, reshape } from './ops/reshape.ts'
export { where } from './ops/select.ts'
export { concat, flip, type PadAttrs, type SliceAttrs, slice } from './ops/slice.ts'
export { primitives } from './ops/table.ts'
export { cos, erf, exp, expm1, log, log1p, pow, sin, sqrt, tanh } from './ops/transcendental.ts'
export { fold, type WindowAttrs, windows } from './ops/windows.ts'
export { bernoulli } from './random/bernoulli.ts'
export { type CategoricalOptions, categorical } from './random/categorical.ts'
export { type RealDType, randomBits } from './random/draw.ts'
export { foldIn, key, split } from './random/key.ts'
export { type NormalOptions, normal } from './random/normal.ts'
export { permutation } from './random/permutation.ts'
export { type RandintOptions, randint } from './random/randint.ts'
export { type TruncatedNormalOptions, truncatedNormal } from './random/truncated-normal.ts'
export { type UniformOptions, uniform } from './random/uniform.ts'
export { philox4x32 } from './reference/philox.ts'
export {
  type NestedArray,
  type TensorData,
  type TensorOptions,
  tensor,
} from './tensor/create.ts'
export {
  type ArangeOptions,
  arange,
  type CreateOptions,
  eye,
  full,
  linspace,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from './tensor/fill.ts'
export { fromHostArray, toHostArray, toHostArrays } from './tensor/host.ts'
export { type ReadOptions, realize, realizeSync } from './tensor/value.ts'
export {
  flattenTree,
  type MapTree,
  mapTree,
  type TreeLeaf,
  type TreeStructure,
  treeLeaves,
  unflattenTree,
} from './tree/tree.ts'
export { zipTrees } from './tree/zip.ts'
