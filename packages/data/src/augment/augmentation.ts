import type { RandomStream } from '../random.ts'

/** One image and what it shows. Stages give a new one, or the one they were given; they change neither array. */
export interface Example {
  /** Pixels, normalised, row-major `[C, H, W]`. */
  readonly pixels: Float32Array
  /** The probability of each class, `[K]`; one-hot before anything is mixed. */
  readonly target: Float32Array
}

/** What a stage is told of the image it is given. */
export interface StageContext {
  readonly channels: number
  readonly height: number
  readonly width: number
  /** What a black pixel is after normalisation, `[C]`. */
  readonly black: readonly number[]
  /** Random numbers of this seed, epoch, image and stage alone. */
  readonly random: RandomStream
  /** Number of images in the dataset. */
  readonly length: number
  /** Another image of the dataset, as the stages before this one leave it in this epoch. */
  other(index: number): Example
}

/** One thing done to an image. */
export interface Stage {
  /** What it is, for people: `randomCrop`. */
  readonly name: string
  /** Whether it gives images more than one class: batches then have probabilities for targets. */
  readonly mixes: boolean
  apply(example: Example, context: StageContext): Example
}

/** What is done to each training image, stage by stage. */
export interface Augmentation {
  readonly stages: readonly Stage[]
}

/**
 * One augmentation after the other.
 *
 * @example
 * const augment = compose(randomCrop({ padding: 4 }), randomFlip(), cutout({ size: 16 }))
 */
export function compose(...augmentations: readonly Augmentation[]): Augmentation {
  return { stages: augmentations.flatMap(({ stages }) => stages) }
}

/** Whether batches of these images have probabilities for targets. */
export function mixes({ stages }: Augmentation): boolean {
  return stages.some((stage) => stage.mixes)
}

/** An augmentation of one stage that changes pixels only. */
export function onPixels(
  name: string,
  apply: (pixels: Float32Array, context: StageContext) => Float32Array,
): Augmentation {
  const stage: Stage = {
    name,
    mixes: false,
    apply: ({ pixels, target }, context) => ({ pixels: apply(pixels, context), target }),
  }
  return { stages: [stage] }
}
