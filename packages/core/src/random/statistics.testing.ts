/** The mean and the variance of a sample. */
export function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  const list = Array.from(values)
  const mean = list.reduce((total, v) => total + v, 0) / list.length
  const variance = list.reduce((total, v) => total + (v - mean) ** 2, 0) / list.length
  return { mean, variance }
}

/**
 * Kolmogorov and Smirnov's distance between a sample and a distribution, times the root of the sample's size: above
 * 1.95 one time in a thousand when the sample is from that distribution.
 */
export function kolmogorovSmirnov(values: ArrayLike<number>, cdf: (x: number) => number): number {
  const sorted = Array.from(values).sort((a, b) => a - b)
  const n = sorted.length
  let distance = 0
  for (const [i, x] of sorted.entries()) {
    const p = cdf(x)
    distance = Math.max(distance, p - i / n, (i + 1) / n - p)
  }
  return distance * Math.sqrt(n)
}

/** Pearson's χ² of counts against their expectation, in standard deviations from its mean (many cells: about normal). */
export function chiSquareDeviation(counts: readonly number[], expected: readonly number[]): number {
  const chiSquare = counts.reduce((total, count, i) => {
    const e = expected[i] ?? 0
    return total + (count - e) ** 2 / e
  }, 0)
  const degrees = counts.length - 1
  return (chiSquare - degrees) / Math.sqrt(2 * degrees)
}

/** How often each whole number below `size` occurs. */
export function countsOf(values: ArrayLike<number>, size: number): number[] {
  const counts = new Array<number>(size).fill(0)
  for (const v of Array.from(values)) counts[v] = (counts[v] ?? 0) + 1
  return counts
}

/** P(Z > z) of a standard normal Z, to about 9 digits: Simpson's rule on `φ(z) ∫ e^(-zt - t²/2) dt`. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z)
  const panels = 800
  const h = 40 / (z + 4.5) / panels
  let total = 0
  for (let i = 0; i <= panels; i++) {
    const t = i * h
    const weight = i === 0 || i === panels ? 1 : i % 2 === 1 ? 4 : 2
    total += weight * Math.exp(-z * t - (t * t) / 2)
  }
  return ((Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * total * h) / 3
}

/** The `z` of at least 0 with P(Z > z) = `p`, by bisection of {@link normalTail}. */
export function normalTailInverse(p: number): number {
  let low = 0
  let high = 12
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (normalTail(middle) > p) low = middle
    else high = middle
  }
  return (low + high) / 2
}
