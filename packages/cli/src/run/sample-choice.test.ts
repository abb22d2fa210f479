import { imageDataset } from '@samkit/data'
import { decode } from 'fast-png'
import { expect, test } from 'vitest'
import type { Evaluation } from '../training/evaluate.ts'
import { imageUri } from './image.ts'
import { confusionCounts, rightSamples, wrongSamples } from './sample-choice.ts'

/** Images of 2 × 1 pixels, of the given channels; pixel values count up. */
function images(labels: readonly number[], channels = 1) {
  return imageDataset({
    name: 'few',
    images: Uint8Array.from({ length: labels.length * channels * 2 }, (_, i) => i),
    labels: Uint8Array.from(labels),
    channels,
    height: 1,
    width: 2,
    classNames: ['a', 'b', 'c'],
  })
}

const labels = [0, 0, 1, 1, 2, 2]
const evaluation: Evaluation = {
  loss: 1,
  accuracy: 0.5,
  predictions: Int32Array.of(0, 1, 1, 0, 2, 1),
  probabilities: Float32Array.of(0.5, 0.75, 1, 0.875, 0.5, 0.25),
}

test('the confusion counts say how often each class was taken for which', () => {
  expect(confusionCounts(images(labels), evaluation)).toEqual([
    [1, 1, 0],
    [1, 1, 0],
    [0, 1, 1],
  ])
})

test('mistakes come with the most confident first', () => {
  const shown = wrongSamples(images(labels), evaluation).map(({ truth, prediction, probability }) => [
    truth,
    prediction,
    probability,
  ])
  expect(shown).toEqual([
    ['b', 'a', 0.875],
    ['a', 'b', 0.75],
    ['c', 'b', 0.25],
  ])
})

test('right answers take turns between the classes', () => {
  const all = { ...evaluation, predictions: Int32Array.from(labels) }
  const shown = rightSamples(images(labels), all).map(({ truth }) => truth)
  expect(shown).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
})

test('there are at most 18 of each', () => {
  const many = Array.from({ length: 60 }, (_, i) => i % 3)
  const of = (predictions: readonly number[]): Evaluation => ({
    ...evaluation,
    predictions: Int32Array.from(predictions),
    probabilities: new Float32Array(60),
  })
  expect(rightSamples(images(many), of(many))).toHaveLength(18)
  expect(wrongSamples(images(many), of(many.map((label) => (label + 1) % 3)))).toHaveLength(18)
})

test.each<[number, number, number[]]>([
  [1, 1, [2, 3]],
  [3, 3, [6, 8, 10, 7, 9, 11]],
  [4, 1, [8, 9]],
])('an image of %i channels is a PNG of %i, pixel by pixel', (channels, shown, pixels) => {
  const uri = imageUri(images([0, 0], channels), 1)
  const [head, body = ''] = uri.split(',')
  expect(head).toBe('data:image/png;base64')
  const png = decode(Buffer.from(body, 'base64'))
  expect({ width: png.width, height: png.height, channels: png.channels, data: [...png.data] }).toEqual({
    width: 2,
    height: 1,
    channels: shown,
    data: pixels,
  })
})
