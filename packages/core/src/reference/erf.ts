/**
 * The error function to the last few bits of a double: its Taylor series near 0, the continued fraction of `erfc`
 * beyond (Abramowitz & Stegun, 7.1.6 and 7.1.14).
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN
  const a = Math.abs(x)
  if (a > 6) return Math.sign(x)
  return a < 2.5 ? erfSeries(x) : Math.sign(x) * (1 - erfcFraction(a))
}

function erfSeries(x: number): number {
  let term = x
  let total = x
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    total += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total
}

function erfcFraction(x: number): number {
  let fraction = x
  for (let k = 60; k >= 1; k--) fraction = x + k / 2 / fraction
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI))
}
