import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { type Html, html } from './html.ts'

/** A point of a chart. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A line of a chart. `look` names its colours and strokes in the style sheet. */
export interface Series {
  readonly name: string
  readonly look: 'train' | 'test' | 'detail'
  readonly points: readonly Point[]
}

/** What {@link lineChart} draws. */
export interface ChartOptions {
  readonly title: string
  /** What the chart shows, for those who cannot see it. */
  readonly description: string
  readonly xLabel: string
  readonly series: readonly Series[]
  /** Values the vertical axis covers at least. */
  readonly include: readonly number[]
  /** Writes a value, on the axis and in the points' labels. */
  readonly format: (value: number) => string
}

const width = 460
const height = 250
const margin = { top: 10, right: 12, bottom: 40, left: 60 }

/** A line chart as SVG that stands by itself: its colours come from the page's style, its values can be read out. */
export function lineChart({ title, description, xLabel, series, include, format }: ChartOptions): Html {
  const all = series.flatMap(({ points }) => points)
  const last = Math.max(1, ...all.map(({ x }) => x))
  const x = scaleLinear([0, last], [margin.left, width - margin.right])
  const y = scaleLinear(extent([...include, ...all.map((point) => point.y)]), [
    height - margin.bottom,
    margin.top,
  ])
  y.nice(5)
  const path = line<Point>(
    (point) => x(point.x),
    (point) => y(point.y),
  ).digits(1)

  const yTicks = y
    .ticks(5)
    .map(
      (value) =>
        html`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y(value)}" y2="${y(value)}"/><text x="${margin.left - 8}" y="${y(value)}" dy="0.32em" text-anchor="end">${format(value)}</text>`,
    )
  const xTicks = x
    .ticks(Math.min(8, last))
    .filter(Number.isInteger)
    .map(
      (value) =>
        html`<text x="${x(value)}" y="${height - margin.bottom + 18}" text-anchor="middle">${value}</text>`,
    )
  const lines = series.map(
    ({ name, look, points }) =>
      html`<g class="${look}"><path d="${path(points) ?? ''}"/>${look === 'detail' ? '' : points.map((point) => dot(x(point.x), y(point.y), `${name}, ${xLabel} ${round(point.x)}: ${format(point.y)}`))}</g>`,
  )
  return html`<figure class="chart">
<figcaption><h3>${title}</h3>${legend(series)}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}. ${description}">
${yTicks}${xTicks}
<text x="${(margin.left + width - margin.right) / 2}" y="${height - 4}" text-anchor="middle">${xLabel}</text>
${lines}
</svg>
</figure>`
}

/** A mark on the line; pointing near it shows its value. */
function dot(x: number, y: number, label: string): Html {
  const [cx, cy] = [round(x), round(y)]
  return html`<g><title>${label}</title><circle class="near" cx="${cx}" cy="${cy}" r="12"/><circle cx="${cx}" cy="${cy}" r="3.5"/></g>`
}

function legend(series: readonly Series[]): Html {
  const items = series.map(
    ({ name, look }) =>
      html`<li class="${look}"><svg viewBox="0 0 24 10" aria-hidden="true"><path d="M0 5H24"/></svg>${name}</li>`,
  )
  return html`<ul class="legend">${items}</ul>`
}

/** The range of values, widened where it is a single point. */
function extent(values: readonly number[]): [number, number] {
  const low = Math.min(...values)
  const high = Math.max(...values)
  return low === high ? [low, low + 1] : [low, high]
}

const round = (value: number): number => Math.round(value * 100) / 100
