import { type Layer, lenet, mlp } from '@samkit/nn'
import { Failure } from '../errors.ts'

/** What a model is built for: images `[N, channels, height, width]` in `classes` classes. */
export interface ModelInput {
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly classes: number
}

/** A model that can be named on the command line. */
export interface ModelEntry {
  /** Its name in prose. */
  readonly title: string
  /** One line for `--help`. */
  readonly summary: string
  create(input: ModelInput): Layer<unknown>
}

/** What `--model` accepts. A new model is one entry here. */
export const models: Readonly<Record<string, ModelEntry>> = {
  lenet: {
    title: 'LeNet',
    summary: 'LeNet-5 with ReLU and max pooling',
    create: ({ channels, height, width, classes }) => {
      if (height !== width) throw new Failure(`lenet needs square images, these are ${height} by ${width}`)
      return lenet({ channels, imageSize: height, classes })
    },
  },
  mlp: {
    title: 'MLP',
    summary: 'two hidden layers of 128 and 64 with ReLU',
    create: ({ channels, height, width, classes }) => mlp([channels * height * width, 128, 64, classes]),
  },
}
