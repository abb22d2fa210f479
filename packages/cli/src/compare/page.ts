import { type Html, Html as HtmlText, html } from '../report/html.ts'
import { renderPage } from '../report/page.ts'
import type { Entry } from '../report/record.ts'
import { columns } from './cells.ts'
import { dotPlot } from './dot-plot.ts'
import { type ComparisonRecord, notes } from './record.ts'

const ownStyle = new HtmlText(`
.compared { margin-bottom: .8rem; }
.compared th, .compared td { white-space: nowrap; }
.compared .best { font-weight: 700; color: var(--right); }
.chart .mean { stroke: currentColor; stroke-width: 3; }
.plot { max-width: 48rem; }
.plot .train circle { opacity: .75; }
`)

/** A comparison as one HTML page that needs nothing else: no script, no network, no other file. Text is escaped. */
export function renderComparison(record: ComparisonRecord): string {
  const { title, date, done, asked, summary, setting, hyper, command } = record
  return renderPage({
    title: `${title}, optimizers compared`,
    heading: `${title}: optimizers compared`,
    summary: done < asked ? `${done} of ${asked} runs done` : `${asked} runs`,
    date,
    ownStyle,
    sections: [
      html`<section aria-labelledby="table"><h2 id="table">Results</h2>
${table(record)}
${notes(record).map((note) => html`<p class="note">${note}</p>`)}</section>`,
      html`<section aria-labelledby="plot"><h2 id="plot">Test accuracy of every run</h2>
<p class="note">A dot is a run, the bar their mean. The axis does not begin at 0.</p>
<div class="plot">${dotPlot(summary.rows)}</div></section>`,
      html`<section aria-labelledby="runs"><h2 id="runs">The runs</h2>
<div class="settings">${entries('In common', setting)}${entries('Hyper-parameters', hyper)}</div>
<h3>The same comparison again</h3><pre tabindex="0"><code>${command}</code></pre></section>`,
    ],
  })
}

function table({ summary }: ComparisonRecord): Html {
  const [first, ...others] = columns(summary)
  const best = Math.max(...summary.rows.map(({ testAccuracy }) => testAccuracy.mean))
  const rows = summary.rows.map((row) => {
    const look = row.testAccuracy.mean === best ? 'number best' : 'number'
    const cells = others.map(
      ({ head, cell }) =>
        html`<td class="${head.startsWith('test accuracy') ? look : 'number'}">${cell(row)}</td>`,
    )
    return html`<tr><th scope="row">${first?.cell(row) ?? ''}</th>${cells}</tr>`
  })
  return html`<div class="scroll" tabindex="0" role="group" aria-labelledby="table"><table class="compared">
<thead><tr><th scope="col">${first?.head ?? ''}</th>${others.map(({ head }) => html`<th scope="col" class="number">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`
}

function entries(title: string, list: readonly Entry[]): Html {
  return html`<table><caption>${title}</caption><tbody>${list.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`
}
