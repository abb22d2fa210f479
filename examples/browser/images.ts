import { type ImageDataset, syntheticShapes } from '@samkit/data'

const look = { size: 16, classes: 4, noise: 0.03 }

/** Drawn shapes to learn from. */
export const trainingImages = (): ImageDataset => syntheticShapes({ ...look, count: 2048 })

/** The first of those that the network is tested on. A larger number adds images and changes none. */
export const testImages = (count: number): ImageDataset => syntheticShapes({ ...look, count, split: 'test' })

/** How many images of the test set the page shows. */
export const shown = 8
