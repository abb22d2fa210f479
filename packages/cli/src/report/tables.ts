import { formatCount, formatDuration, formatLoss, formatNumber, formatPercent } from '../format.ts'
import { type Html, html } from './html.ts'
import type { Entry, RunRecord } from './record.ts'

/** The numbers at the top of the page. */
export function keyFigures({ epochs }: RunRecord): Html {
  const last = epochs.at(-1)
  if (last === undefined) return html``
  const figures: readonly Entry[] = [
    ['test accuracy', formatPercent(last.testAccuracy)],
    ['test loss', formatLoss(last.testLoss)],
    ['training accuracy', formatPercent(last.trainAccuracy)],
    ['epochs', `${formatNumber(last.epoch)}`],
    ['time', formatDuration(last.seconds)],
    ['training images/s', formatCount(last.examplesPerSecond)],
  ]
  return html`<dl class="figures">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** Every metric of every epoch, as in `metrics.jsonl`. */
export function epochTable({ epochs }: RunRecord): Html {
  const rows = epochs.map((at) => [
    formatNumber(at.epoch),
    formatCount(at.step),
    formatLoss(at.loss),
    formatPercent(at.trainAccuracy, 2),
    formatLoss(at.testLoss),
    formatPercent(at.testAccuracy, 2),
    formatNumber(at.lr),
    formatNumber(at.gradNorm),
    formatNumber(at.perturbationNorm),
    formatNumber(at.cost),
    formatCount(at.examplesPerSecond),
    formatDuration(at.trainSeconds),
    formatDuration(at.seconds),
  ])
  const heads = [
    'epoch',
    'step',
    'loss',
    'training accuracy',
    'test loss',
    'test accuracy',
    'learning rate',
    'gradient norm',
    'perturbation norm',
    'cost of a step',
    'images/s',
    'training',
    'total',
  ]
  return html`<section aria-labelledby="epochs"><h2 id="epochs">Epochs</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="epochs"><table class="epochs"><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div></section>`
}

/** Options and setting of the run, and the command that makes it again. */
export function settings({ options, setting, command }: RunRecord): Html {
  return html`<section aria-labelledby="run"><h2 id="run">The run</h2>
<div class="settings">${entryTable('Options', options)}${entryTable('Model, data, machine', setting)}</div>
<h3>The same run again</h3><pre tabindex="0"><code>${command}</code></pre></section>`
}

function entryTable(title: string, entries: readonly Entry[]): Html {
  return html`<table><caption>${title}</caption><tbody>${entries.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`
}
