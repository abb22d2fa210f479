/*
 * The elementary functions by their textbook series, in big integers: some hundred digits, rounded once at the end. What
 * the reference kernels are held against; nothing here calls the functions of `Math` that those use.
 *
 * A fixed-point number is a big integer that counts units of 2^-400.
 */

const fraction = 400
const one = 1n << BigInt(fraction)

/** `x` as `mantissa · 2^exponent`, exactly. For finite numbers. */
function decompose(x: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, x)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const low = bits & ((1n << 52n) - 1n)
  const mantissa = biased === 0 ? low : low | (1n << 52n)
  return { mantissa: x < 0 ? -mantissa : mantissa, exponent: Math.max(biased, 1) - 1075 }
}

function bitLength(v: bigint): number {
  return v.toString(2).length
}

function magnitude(v: bigint): bigint {
  return v < 0n ? -v : v
}

/** `v · 2^-scale` as the nearest double. */
function toDouble(v: bigint, scale: number = fraction): number {
  const size = magnitude(v)
  const spare = Math.max(0, bitLength(size) - 64)
  // The bits cut off stay visible in the last one, so that ties are told from what lies beside them.
  const sticky = (size >> BigInt(spare)) << BigInt(spare) === size ? 0n : 1n
  const top = Number((size >> BigInt(spare)) | sticky) * (v < 0n ? -1 : 1)
  const half = Math.trunc((spare - scale) / 2)
  return top * 2 ** half * 2 ** (spare - scale - half)
}

function shifted(v: bigint, by: number): bigint {
  return by >= 0 ? v << BigInt(by) : v >> BigInt(-by)
}

function toFixed(x: number): bigint {
  const { mantissa, exponent } = decompose(x)
  return shifted(mantissa, exponent + fraction)
}

const times = (a: bigint, b: bigint): bigint => (a * b) >> BigInt(fraction)
const over = (a: bigint, b: bigint): bigint => (a << BigInt(fraction)) / b

/** Adds `first + next(first, 1) + next(…, 2) + …` until the terms vanish. */
function series(first: bigint, next: (term: bigint, n: bigint) => bigint): bigint {
  let total = first
  let term = first
  for (let n = 1n; term > 1n || term < -1n; n++) {
    term = next(term, n)
    total += term
  }
  return total
}

/** `Σ ± t^(2n+1) / (2n+1)`: atanh with `sign` 1, atan with -1. */
function oddSeries(t: bigint, sign: bigint): bigint {
  const square = sign * times(t, t)
  let total = t
  let power = t
  for (let n = 3n; power > 1n || power < -1n; n += 2n) {
    power = times(power, square)
    total += power / n
  }
  return total
}

const ln2 = 2n * oddSeries(one / 3n, 1n)

function lnOf(v: bigint): bigint {
  const exponent = bitLength(v) - 1 - fraction
  const m = shifted(v, -exponent)
  return BigInt(exponent) * ln2 + 2n * oddSeries(over(m - one, m + one), 1n)
}

function expOf(v: bigint): bigint {
  if (v < 0n) return over(one, expOf(-v))
  let power = series(one, (term, n) => times(term, v >> 10n) / n)
  for (let i = 0; i < 10; i++) power = times(power, power)
  return power
}

/** The nearest double to the exponential of a fixed-point number, far below 2^-400 too. */
function expToDouble(v: bigint): number {
  const deep = 1600
  return v >= 0n ? toDouble(expOf(v)) : toDouble((1n << BigInt(fraction + deep)) / expOf(-v), deep)
}

function rootOf(v: bigint): bigint {
  let guess = 1n << BigInt(Math.ceil(bitLength(v) / 2))
  for (;;) {
    const next = (guess + v / guess) >> 1n
    if (next >= guess) return guess
    guess = next
  }
}

/** Machin's formula, in units of 2^-`digits`. */
function piTo(digits: number): bigint {
  const arctanInverse = (n: bigint): bigint => {
    let total = 0n
    let power = (1n << BigInt(digits)) / n
    for (let k = 1n; power > 0n; k += 4n) {
      total += power / k - power / (n * n) / (k + 2n)
      power /= n ** 4n
    }
    return total
  }
  return 16n * arctanInverse(5n) - 4n * arctanInverse(239n)
}

const wide = 1600
const twoPi = 2n * piTo(wide)
const twoOverRootPi = over(2n * one, rootOf((twoPi >> BigInt(wide - fraction + 1)) << BigInt(fraction)))

/** Below this size only the first term of a series counts. */
const tiny = 2 ** -100

/** `eˣ`. */
export function exp(x: number): number {
  if (x > 710) return Number.POSITIVE_INFINITY
  if (!(x >= -750)) return x < 0 ? 0 : Number.NaN
  return expToDouble(toFixed(x))
}

/** `eˣ - 1`. */
export function expm1(x: number): number {
  if (Number.isNaN(x) || x > 710 || Math.abs(x) < tiny) return x > 1 ? Number.POSITIVE_INFINITY : x
  return x < -100 ? -1 : toDouble(expOf(toFixed(x)) - one)
}

/** `ln x`. */
export function log(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return x > 0 ? x : Number.NaN
  return toDouble(naturalLog(x))
}

function naturalLog(x: number): bigint {
  const { mantissa, exponent } = decompose(x)
  return lnOf(mantissa << BigInt(fraction)) + BigInt(exponent) * ln2
}

/** `ln(1 + x)`. */
export function log1p(x: number): number {
  if (x === -1) return Number.NEGATIVE_INFINITY
  if (!(x > -1) || x === Number.POSITIVE_INFINITY) return x > 0 ? x : Number.NaN
  return Math.abs(x) < tiny ? x : toDouble(lnOf(one + toFixed(x)))
}

/** `√x`. */
export function sqrt(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return x >= 0 ? x : Number.NaN
  const { mantissa, exponent } = decompose(x)
  const even = exponent % 2 === 0 ? exponent : exponent - 1
  return toDouble(rootOf(mantissa << BigInt(exponent - even + 2 * fraction)), fraction - even / 2)
}

/** `x` radians without its whole turns. */
function angleOf(x: number): bigint {
  const { mantissa, exponent } = decompose(x)
  return shifted(shifted(mantissa, exponent + wide) % twoPi, fraction - wide)
}

/** The sine of `x` radians. */
export function sin(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN
  if (Math.abs(x) < tiny) return x
  const angle = angleOf(x)
  const square = times(angle, angle)
  return toDouble(series(angle, (term, n) => -times(term, square) / (2n * n * (2n * n + 1n))))
}

/** The cosine of `x` radians. */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN
  if (Math.abs(x) < tiny) return 1
  const angle = angleOf(x)
  const square = times(angle, angle)
  return toDouble(series(one, (term, n) => -times(term, square) / (2n * n * (2n * n - 1n))))
}

/** The hyperbolic tangent. */
export function tanh(x: number): number {
  if (Number.isNaN(x) || Math.abs(x) < tiny) return x
  if (Math.abs(x) > 40) return x > 0 ? 1 : -1
  const power = expOf(2n * toFixed(x))
  return toDouble(over(power - one, power + one))
}

/** The error function. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x
  if (Math.abs(x) < tiny) return x * toDouble(twoOverRootPi)
  if (Math.abs(x) > 7) return x > 0 ? 1 : -1
  const fixed = toFixed(x)
  const square = times(fixed, fixed)
  let total = fixed
  let term = fixed
  for (let n = 1n; term > 1n || term < -1n; n++) {
    term = -times(term, square) / n
    total += term / (2n * n + 1n)
  }
  return toDouble(times(total, twoOverRootPi))
}

/** `aᵇ` as IEEE-754 has it. */
export function pow(a: number, b: number): number {
  if (b === 0 || a === 1) return 1
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN
  const whole = Number.isInteger(b)
  const odd = whole && decompose(b).exponent <= 0 && BigInt(b) % 2n !== 0n
  const negative = (a < 0 || Object.is(a, -0)) && odd
  const signed = (size: number): number => (negative ? -size : size)
  const base = Math.abs(a)
  if (a < 0 && Number.isFinite(a) && Number.isFinite(b) && !whole) return Number.NaN
  if (!Number.isFinite(b) && base === 1) return 1
  if (base === 0 || !Number.isFinite(base) || !Number.isFinite(b)) {
    const grows = b > 0 === base > 1
    return signed(grows ? Number.POSITIVE_INFINITY : 0)
  }
  const { mantissa, exponent } = decompose(b)
  const logarithm = shifted(naturalLog(base) * mantissa, exponent)
  const rough = toDouble(logarithm)
  if (Math.abs(rough) > 750) return signed(rough > 0 ? Number.POSITIVE_INFINITY : 0)
  return signed(expToDouble(logarithm))
}

/** `a - b · floor(a / b)` without rounding on the way, for finite numbers and `b` other than 0. */
export function floorRemainder(a: number, b: number): number {
  const scale = 1074
  const whole = (x: number): bigint => {
    const { mantissa, exponent } = decompose(x)
    return mantissa << BigInt(exponent + scale)
  }
  const divisor = whole(b)
  return toDouble(((whole(a) % divisor) + divisor) % divisor, scale)
}
