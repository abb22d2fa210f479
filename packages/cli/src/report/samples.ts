import { formatPercent } from '../format.ts'
import { type Html, html } from './html.ts'
import type { RunRecord, Sample } from './record.ts'

/** Test images with what the model took them for: some mistakes and some right answers. */
export function samples({ wrong, right }: RunRecord): Html {
  return html`<section aria-labelledby="samples"><h2 id="samples">Sample predictions</h2>
${gallery('The most confident mistakes', wrong, 'No mistakes on the test images.')}
${gallery('Right answers', right, 'None of the test images was told right.')}</section>`
}

function gallery(title: string, shown: readonly Sample[], none: string): Html {
  const figures =
    shown.length === 0
      ? html`<p class="note">${none}</p>`
      : html`<ul class="samples">${shown.map(figure)}</ul>`
  return html`<h3>${title}</h3>${figures}`
}

function figure({ image, truth, prediction, probability }: Sample): Html {
  const right = truth === prediction
  const verdict = right
    ? html`<span class="right">✓ ${prediction}</span>`
    : html`<span class="wrong">✗ ${prediction}</span>`
  const sure = formatPercent(probability, 0)
  return html`<li><figure><img src="${image}" alt="A test image of class ${truth}"><figcaption>${verdict}<span class="sure">${right ? sure : `${sure}, is ${truth}`}</span></figcaption></figure></li>`
}
