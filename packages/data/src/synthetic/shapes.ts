/**
 * A shape as a signed distance: negative inside, positive outside, about the distance to its edge. No shape
 * reaches further than 1.1 from the origin.
 */
export interface SyntheticShape {
  readonly name: string
  readonly distance: (x: number, y: number) => number
}

// Distances use only + - * / and sqrt, which IEEE-754 rounds the same everywhere; sin and cos it does not.
const length = (x: number, y: number): number => Math.sqrt(x * x + y * y)

/** A rectangle around `(cx, cy)` that reaches `w` to each side and `h` up and down. */
const box = (x: number, y: number, w: number, h: number, cx = 0, cy = 0): number =>
  Math.max(Math.abs(x - cx) - w, Math.abs(y - cy) - h)

const disc = (x: number, y: number): number => length(x, y) - 0.85

const ring = (x: number, y: number): number => Math.abs(length(x, y) - 0.72) - 0.2

const square = (x: number, y: number): number => box(x, y, 0.68, 0.68)

const root3 = Math.sqrt(3)

/** Equilateral, with its corners on the unit circle: three half-planes at distance 1/2. */
const triangle = (x: number, y: number): number => Math.max(-y, (root3 * Math.abs(x) + y) / 2) - 0.5

const cross = (x: number, y: number): number => Math.min(box(x, y, 0.95, 0.25), box(x, y, 0.25, 0.95))

const bars = (x: number, y: number): number =>
  Math.min(box(x, y, 0.8, 0.21, 0, 0.5), box(x, y, 0.8, 0.21, 0, -0.5))

/** Outward normals of the five lines that a pentagram is drawn with, at 270, 342, 54, 126 and 198 degrees. */
const starNormals: readonly (readonly [number, number])[] = [
  [0, -1],
  [0.9510565162951535, -0.30901699437494745],
  [0.5877852522924731, 0.8090169943749475],
  [-0.5877852522924731, 0.8090169943749475],
  [-0.9510565162951535, -0.30901699437494745],
]

/** A pentagram is where at most one of its five lines is crossed, so the second largest distance decides. */
const star = (x: number, y: number): number => {
  let largest = Number.NEGATIVE_INFINITY
  let second = Number.NEGATIVE_INFINITY
  for (const [nx, ny] of starNormals) {
    const d = nx * x + ny * y
    if (d > largest) {
      second = largest
      largest = d
    } else if (d > second) second = d
  }
  return second - 0.33
}

const crescent = (x: number, y: number): number => Math.max(length(x, y) - 0.95, 0.72 - length(x - 0.5, y))

const lozenge = (x: number, y: number): number => (2.2 * Math.abs(x) + Math.abs(y) - 1) / length(2.2, 1)

const hourglass = (x: number, y: number): number =>
  Math.max((1.3 * Math.abs(x) - Math.abs(y)) / length(1.3, 1), Math.abs(y) - 0.75)

/** The shapes that are drawn, in the order of their class indices. */
export const syntheticShapeTable: readonly SyntheticShape[] = [
  { name: 'disc', distance: disc },
  { name: 'ring', distance: ring },
  { name: 'square', distance: square },
  { name: 'triangle', distance: triangle },
  { name: 'cross', distance: cross },
  { name: 'bars', distance: bars },
  { name: 'star', distance: star },
  { name: 'crescent', distance: crescent },
  { name: 'lozenge', distance: lozenge },
  { name: 'hourglass', distance: hourglass },
]
