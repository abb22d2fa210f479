export {
  type Augmentation,
  compose,
  type Example,
  type Stage,
  type StageContext,
} from './augment/augmentation.ts'
export { type CutoutOptions, cutout } from './augment/cutout.ts'
export { type MixupOptions, mixup } from './augment/mixup.ts'
export { type RandomCropOptions, randomCrop } from './augment/random-crop.ts'
export { type RandomFlipOptions, randomFlip } from './augment/random-flip.ts'
export { type Batch, batches } from './batches.ts'
export {
  cifar10Classes,
  cifar100CoarseClasses,
  cifar100FineClasses,
  fashionMnistClasses,
  mnistClasses,
} from './class-names.ts'
export { type ImageDataset, type ImageSplits, imageDataset, subset, take } from './dataset.ts'
export { type CifarLabels, readCifarDataset } from './formats/cifar.ts'
export type { NamedBytes } from './formats/contents.ts'
export { type IdxArray, type IdxDatasetFiles, readIdx, readIdxDataset } from './formats/idx.ts'
export { type Batches, type BatchOptions, batchCount, type HostBatch, hostBatches } from './host-batches.ts'
export { type ChannelStats, channelStats, normalize } from './normalize.ts'
export { epochPermutation } from './permutation.ts'
export type { RandomStream, Seed } from './random.ts'
export {
  type SyntheticImagesOptions,
  type SyntheticOptions,
  type SyntheticShapesOptions,
  syntheticImages,
  syntheticShapes,
} from './synthetic/dataset.ts'
