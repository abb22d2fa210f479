import type { EpochMetrics } from '../training/metrics.ts'
import type { RunRecord, Sample } from './record.ts'

const pixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNgYGj4/x8AA4ICADLSVNsAAAAASUVORK5CYII='

/** Metrics that look like an epoch's. */
export function someMetrics(epoch: number): EpochMetrics {
  return {
    epoch,
    step: epoch * 94,
    loss: 1.8 / epoch,
    trainAccuracy: 1 - 0.4 / epoch,
    testLoss: 1.2 / epoch,
    testAccuracy: 1 - 0.3 / epoch,
    lr: 0.05,
    gradNorm: 1.25,
    perturbationNorm: 0.05,
    cost: 2,
    examplesPerSecond: 612.4,
    trainSeconds: 4.9,
    seconds: 5.75 * epoch,
  }
}

/** A record of a run that never was, of as many classes as names. */
export function someRecord(
  classNames: readonly string[] = ['disc', 'ring', 'square'],
  epochs = 4,
): RunRecord {
  const first = classNames[0] ?? ''
  const last = classNames.at(-1) ?? ''
  const sample = (prediction: string): Sample => ({
    image: pixel,
    truth: first,
    prediction,
    probability: 0.873,
  })
  return {
    title: 'LeNet on synthetic shapes',
    optimizer: 'SAM',
    finished: true,
    date: new Date('2026-01-02T03:04:05Z'),
    epochs: Array.from({ length: epochs }, (_, i) => someMetrics(i + 1)),
    lossCurve: Array.from({ length: 40 * epochs }, (_, i) => ({
      epoch: (i + 0.5) / 40,
      loss: 2 / (1 + i / 20) + 0.2 * Math.sin(i),
    })),
    classNames,
    confusion: classNames.map((_, row) =>
      classNames.map((_, column) => (row === column ? 110 + row : (row * 3 + column) % 5)),
    ),
    wrong: Array.from({ length: 8 }, () => sample(last)),
    right: Array.from({ length: 8 }, () => sample(first)),
    options: [
      ['model', 'lenet'],
      ['lr', '0.05'],
    ],
    setting: [['model', 'LeNet, 61,706 parameters']],
    command: 'samkit train --model lenet --data synthetic',
  }
}
