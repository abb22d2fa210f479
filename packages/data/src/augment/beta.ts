import type { RandomStream } from '../random.ts'

/** A number in [0, 1] from Beta(alpha, alpha), alpha above 0: `X / (X + Y)` for X and Y from Gamma(alpha). */
export function symmetricBeta(random: RandomStream, alpha: number): number {
  const x = logGamma(random, alpha)
  const y = logGamma(random, alpha)
  // In logarithms, since for small alpha both numbers may be too small for a double.
  return 1 / (1 + Math.exp(y - x))
}

/**
 * The logarithm of a number from Gamma(alpha): Marsaglia and Tsang, "A simple method for generating gamma variables", ACM
 * Transactions on Mathematical Software 26 (2000), sections 3 and, for the exponent that leads below 1, 6.
 */
function logGamma(random: RandomStream, alpha: number): number {
  if (alpha < 1) return logGamma(random, alpha + 1) + Math.log(open(random)) / alpha
  const d = alpha - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = standardNormal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(open(random)) < x * x * 0.5 + d - d * v + d * Math.log(v)) {
      return Math.log(d * v)
    }
  }
}

/** One of the two numbers of Marsaglia's polar method (Marsaglia and Bray, SIAM Review 6, 1964). */
function standardNormal(random: RandomStream): number {
  for (;;) {
    const x = 2 * open(random) - 1
    const y = 2 * open(random) - 1
    const s = x * x + y * y
    if (s > 0 && s < 1) return x * Math.sqrt((-2 * Math.log(s)) / s)
  }
}

/** A number in (0, 1), both ends excluded. */
function open(random: RandomStream): number {
  return (random.bits() + 0.5) / 2 ** 32
}
