import { formatNumber, formatPercent } from '../format.ts'
import { lineChart } from './chart.ts'
import { type Html, html } from './html.ts'
import type { RunRecord } from './record.ts'

/** The loss and the accuracy over the epochs, for training and test images. */
export function curves({ epochs, lossCurve }: RunRecord): Html {
  const [first, last] = [epochs[0], epochs.at(-1)]
  const over = epochs.length === 1 ? 'after 1 epoch' : `over ${epochs.length} epochs`
  const fromTo = (name: string, value: (at: (typeof epochs)[number]) => string): string =>
    first === undefined || last === undefined ? '' : `${name} from ${value(first)} to ${value(last)} ${over}.`
  const loss = lineChart({
    title: 'Loss',
    description: fromTo('Test loss', ({ testLoss }) => formatNumber(testLoss)),
    xLabel: 'epoch',
    series: [
      {
        name: 'training, by step',
        look: 'detail',
        points: lossCurve.map((at) => ({ x: at.epoch, y: at.loss })),
      },
      { name: 'training', look: 'train', points: epochs.map((at) => ({ x: at.epoch, y: at.loss })) },
      { name: 'test', look: 'test', points: epochs.map((at) => ({ x: at.epoch, y: at.testLoss })) },
    ],
    include: [0],
    format: formatNumber,
  })
  const accuracy = lineChart({
    title: 'Accuracy',
    description: fromTo('Test accuracy', ({ testAccuracy }) => formatPercent(testAccuracy)),
    xLabel: 'epoch',
    series: [
      { name: 'training', look: 'train', points: epochs.map((at) => ({ x: at.epoch, y: at.trainAccuracy })) },
      { name: 'test', look: 'test', points: epochs.map((at) => ({ x: at.epoch, y: at.testAccuracy })) },
    ],
    include: [1],
    format: (value) => formatPercent(value, 0),
  })
  return html`<section aria-labelledby="curves"><h2 id="curves">Curves</h2><div class="charts">${loss}${accuracy}</div>
<p class="note">Training values are means over an epoch while the model still changes, taken before each step; test values are of the model after the epoch. So the test curve can lie better than the training curve.</p></section>`
}
