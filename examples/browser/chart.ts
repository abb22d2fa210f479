import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'

/** A point of a curve: the step, and what was measured there. */
export type Point = readonly [step: number, value: number]

/** A curve of a chart; its class says how the style sheet draws it. */
export interface Curve {
  readonly look: 'now' | 'detail' | 'before'
  readonly points: readonly Point[]
}

/** How a chart is drawn. */
export interface ChartOptions {
  /** What the curves show: `Loss`. */
  readonly title: string
  /** The upper end of the vertical axis; `null` follows the curves. */
  readonly top: number | null
  readonly format: (value: number) => string
}

const width = 480
const height = 240
const margin = { top: 10, right: 14, bottom: 34, left: 54 }
const inner = { right: width - margin.right, bottom: height - margin.bottom }

/** A chart that stays the size it is, whatever is drawn. */
export interface Chart {
  draw(curves: readonly Curve[]): void
}

/** Puts a line chart into `host`. */
export function lineChart(host: Element, { title, top, format }: ChartOptions): Chart {
  const svg = add(host, 'svg', { viewBox: `0 0 ${width} ${height}`, role: 'img' })
  const grid = add(svg, 'g', { class: 'grid' })
  const lines = add(svg, 'g', {})
  const label = add(svg, 'text', {
    x: (margin.left + inner.right) / 2,
    y: height - 4,
    'text-anchor': 'middle',
  })
  label.textContent = 'step'

  const draw = (curves: readonly Curve[]): void => {
    const all = curves.flatMap(({ points }) => points)
    const x = scaleLinear(
      [0, roundUp(Math.max(50, ...all.map(([step]) => step)))],
      [margin.left, inner.right],
    )
    const highest = top ?? Math.max(1, ...all.map(([, value]) => value))
    const y = scaleLinear([0, highest], [inner.bottom, margin.top])
    if (top === null) y.nice(4)

    grid.replaceChildren()
    for (const value of y.ticks(4)) {
      add(grid, 'line', { x1: margin.left, x2: inner.right, y1: y(value), y2: y(value) })
      const text = add(grid, 'text', {
        x: margin.left - 8,
        y: y(value),
        dy: '0.32em',
        'text-anchor': 'end',
      })
      text.textContent = format(value)
    }
    for (const step of x.ticks(5)) {
      const text = add(grid, 'text', { x: x(step), y: inner.bottom + 16, 'text-anchor': 'middle' })
      text.textContent = String(step)
    }

    const path = line<Point>(
      ([step]) => x(step),
      ([, value]) => y(value),
    ).digits(1)
    lines.replaceChildren()
    for (const { look, points } of curves)
      if (points.length > 0) add(lines, 'path', { class: look, d: path([...points]) ?? '' })
    svg.setAttribute('aria-label', summary(title, curves, format))
  }
  draw([])
  return { draw }
}

/** The curve in words, for those who cannot see it. */
function summary(title: string, curves: readonly Curve[], format: (value: number) => string): string {
  const points = curves.find(({ look }) => look === 'now')?.points ?? []
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return `${title}: nothing yet`
  return `${title}: ${format(first[1])} at step ${first[0]}, ${format(last[1])} at step ${last[0]}`
}

/** 50, 100, 200, 500, 1000, …: an axis that grows in few strides, so that curves do not creep. */
function roundUp(steps: number): number {
  const power = 10 ** Math.floor(Math.log10(steps))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= steps) ?? 10
  return factor * power
}

function add(parent: Element, name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  parent.append(element)
  return element
}
