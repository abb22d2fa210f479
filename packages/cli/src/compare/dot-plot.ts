import { scaleLinear } from 'd3-scale'
import { formatPercent } from '../format.ts'
import { type Html, html } from '../report/html.ts'
import type { Row } from './summary.ts'

const width = 640
const rowHeight = 30
const margin = { top: 8, right: 16, bottom: 40, left: 150 }

/** The test accuracy of every run, a line an optimizer: a dot for each seed, a bar at the mean. */
export function dotPlot(rows: readonly Row[]): Html {
  const values = rows.flatMap(({ testAccuracy }) => testAccuracy.values)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const room = Math.max(0.005, (high - low) * 0.1)
  const x = scaleLinear(
    [Math.max(0, low - room), Math.min(1, high + room)],
    [margin.left, width - margin.right],
  )
  const bottom = margin.top + rowHeight * rows.length
  const place = (value: number): string => x(value).toFixed(1)
  const digits = high - low < 0.05 ? 1 : 0
  const ticks = x
    .ticks(6)
    .map(
      (value) =>
        html`<line class="grid" x1="${place(value)}" x2="${place(value)}" y1="${margin.top}" y2="${bottom}"/><text x="${place(value)}" y="${bottom + 18}" text-anchor="middle">${formatPercent(value, digits)}</text>`,
    )
  const lines = rows.map(({ title, seeds, testAccuracy }, i) => {
    const y = margin.top + rowHeight * (i + 0.5)
    const { mean, values: own } = testAccuracy
    const dots = own.map(
      (value, at) =>
        html`<g><title>${title}, seed ${seeds[at] ?? 0}: ${formatPercent(value, 2)}</title><circle cx="${place(value)}" cy="${y}" r="4"/></g>`,
    )
    return html`<text x="${margin.left - 10}" y="${y}" dy="0.32em" text-anchor="end">${title}</text><g class="train">${dots}</g><g class="test"><title>${title}, mean: ${formatPercent(mean, 2)}</title><line class="mean" x1="${place(mean)}" x2="${place(mean)}" y1="${y - 10}" y2="${y + 10}"/></g>`
  })
  return html`<figure class="chart">
<svg viewBox="0 0 ${width} ${bottom + margin.bottom}" role="img" aria-label="Test accuracy of every run by optimizer; the numbers are in the table.">
${ticks}${lines}
<text x="${(margin.left + width - margin.right) / 2}" y="${bottom + 36}" text-anchor="middle">test accuracy</text>
</svg>
</figure>`
}
