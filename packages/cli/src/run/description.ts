import { z } from 'zod'

/** What a saved model needs beside its parameters to be used again: how to build it and what it expects. */
export interface ModelDescription {
  /** A name from `models`. */
  readonly model: string
  /** The name from `datasets` it was trained on. */
  readonly data: string
  /** Images are `[N, channels, height, width]`. */
  readonly channels: number
  readonly height: number
  readonly width: number
  /** One name a class, in the order of the logits. */
  readonly classNames: readonly string[]
  /** Mean of each channel, in units where a pixel runs from 0 to 1. */
  readonly mean: readonly number[]
  /** Standard deviation of each channel, in the same units. */
  readonly std: readonly number[]
}

/** The form of {@link ModelDescription} in files. */
export const descriptionSchema: z.ZodType<ModelDescription> = z.object({
  model: z.string(),
  data: z.string(),
  channels: z.int().positive(),
  height: z.int().positive(),
  width: z.int().positive(),
  classNames: z.array(z.string()).min(1),
  mean: z.array(z.number()),
  std: z.array(z.number().positive()),
})
