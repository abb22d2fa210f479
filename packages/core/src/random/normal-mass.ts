// Host-side, and by + - * / and sqrt alone: Math.exp may differ in the last bit from one JavaScript engine to the next.

/** P(low < Z < high) of a standard normal Z, for low < high; either may be infinite. */
export function normalMass(low: number, high: number): number {
  if (low > 0) return upperMass(low) - upperMass(high)
  if (high < 0) return upperMass(-high) - upperMass(-low)
  return 1 - upperMass(-low) - upperMass(high)
}

/** P(Z > z) of a standard normal Z, to about 14 digits: Abramowitz & Stegun, 26.2.11 and 26.2.14. */
export function upperMass(z: number): number {
  if (z < 0) return 1 - upperMass(-z)
  if (z > 38) return 0
  const density = expNegative((z * z) / 2) / Math.sqrt(2 * Math.PI)
  return z < 1.5 ? 0.5 - density * oddSeries(z) : density / continuedFraction(z)
}

/** `z + z³/3 + z⁵/15 + …` */
function oddSeries(z: number): number {
  let term = z
  let total = z
  for (let k = 3; k < 61; k += 2) {
    term *= (z * z) / k
    total += term
  }
  return total
}

/** `z + 1/(z + 2/(z + 3/…))` */
function continuedFraction(z: number): number {
  let fraction = z
  for (let k = 200; k >= 1; k--) fraction = z + k / fraction
  return fraction
}

/** `e⁻ˣ` for `x` of at least 0: halved until a short series is left. */
function expNegative(x: number): number {
  const halvings = Math.round(x / Math.LN2)
  const rest = x - halvings * Math.LN2
  let term = 1
  let total = 1
  for (let k = 1; k <= 20; k++) {
    term *= -rest / k
    total += term
  }
  for (let i = 0; i < halvings; i++) total /= 2
  return total
}
