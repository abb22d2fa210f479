import { formatPercent } from '../format.ts'
import { type Html, html } from './html.ts'
import type { RunRecord } from './record.ts'

/** How one true class fared. */
interface ClassResult {
  readonly name: string
  readonly images: number
  readonly right: number
  /** The class most often given instead, and how often. */
  readonly mistaken: { readonly name: string; readonly times: number } | null
}

/** The confusion matrix and what follows from it for each class. */
export function confusion(record: RunRecord): Html {
  const { classNames, confusion: counts } = record
  // Mistakes are few beside right answers, so each kind is shaded on its own scale.
  const mostMisses = Math.max(
    ...counts.map((row, truth) => Math.max(0, ...row.filter((_, i) => i !== truth))),
  )
  const rows = counts.map((row, truth) => {
    const cells = row.map((times, given) => {
      const kind = given === truth ? 'hit' : 'miss'
      const most = kind === 'hit' ? sum(row) : mostMisses
      const strength = times === 0 ? 0 : Math.max(10, Math.round((100 * times) / most))
      const label = `${classNames[truth]} taken for ${classNames[given]}: ${times}`
      return html`<td class="${times === 0 ? 'zero' : kind}" style="--share:${strength}%" title="${label}">${times}</td>`
    })
    return html`<tr><th scope="row">${classNames[truth] ?? ''}</th>${cells}</tr>`
  })
  return html`<div class="side-by-side"><section aria-labelledby="confusion"><h2 id="confusion">Confusion matrix</h2>
<p class="note">Each row is a true class, each column what the model took it for, in test images. Right answers lie on the diagonal.</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="confusion"><table class="matrix">
<thead><tr><td></td>${classNames.map((name) => html`<th scope="col"><span>${name}</span></th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div></section>
<section aria-labelledby="classes"><h2 id="classes">Accuracy by class</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="classes"><table class="classes">
<thead><tr><th scope="col">class</th><th scope="col">accuracy</th><th scope="col" class="number">right</th><th scope="col">most often taken for</th></tr></thead>
<tbody>${classResults(record).map(classRow)}</tbody></table></div></section></div>`
}

function classRow({ name, images, right, mistaken }: ClassResult): Html {
  const share = images === 0 ? 0 : right / images
  const bar = html`<span class="bar" aria-hidden="true"><span style="width:${(100 * share).toFixed(1)}%"></span></span>`
  return html`<tr><th scope="row">${name}</th><td>${bar} ${images === 0 ? 'no images' : formatPercent(share)}</td><td class="number">${right} of ${images}</td><td>${mistaken === null ? 'nothing' : `${mistaken.name} (${mistaken.times})`}</td></tr>`
}

function classResults({ classNames, confusion: counts }: RunRecord): ClassResult[] {
  return counts.map((row, truth) => {
    const worst = row.reduce(
      (worst, times, given) => {
        return given !== truth && times > 0 && times > worst.times ? { given, times } : worst
      },
      { given: -1, times: 0 },
    )
    return {
      name: classNames[truth] ?? '',
      images: sum(row),
      right: row[truth] ?? 0,
      mistaken: worst.times === 0 ? null : { name: classNames[worst.given] ?? '', times: worst.times },
    }
  })
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
