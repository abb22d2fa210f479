// Functions that kernels call, in the JavaScript that gpu.js translates. The built-in ones of GLSL and WGSL are a few
// bits short, or wrong for large, small or negative numbers, so that these are made of +, -, ·, / and whole powers of 2.
// The polynomials of exp, log, tanh, sin and cos are those of Cephes (S. L. Moshier, single/expf.c, logf.c, tanhf.c,
// sinf.c); that of erf is a fit at Chebyshev nodes.
//
// A helper that calls another helper must have no other caller than kernels, and what it calls must call none: gpu.js puts
// functions in an order that is wrong otherwise (GLSL wants them before they are used). Shared parts are text.

/** A function that kernels may call: its text, and the number of its arguments, all numbers. */
export interface Helper {
  readonly source: string
  readonly arguments: number
}

const helper = (source: string): Helper => {
  const [, list = ''] = /\(([^)]*)\)/.exec(source) ?? []
  return { source, arguments: list.split(',').length }
}

/** `⌊a / d⌋` of whole numbers below 2²⁴, also where the division is off by some units in the last place. */
export const quotient: Helper = helper(`function quotient(a, d) {
  const q = Math.floor(a / d);
  const r = a - q * d;
  return (r >= d ? q + 1 : (r < 0 ? q - 1 : q));
}`)

/** 1 where two numbers are the same, else 0: by order, since a compiler may take `x === x` to be true for NaN. */
const same = helper(`function same(a, b) {
  return (a <= b && a >= b ? 1 : 0);
}`)

// Negated, since a compiler may make `b <= a ? a : b` the larger of two as it pleases, which forgets NaN.
const larger = helper(`function larger(a, b) {
  return (a === a && !(b <= a) ? b : a);
}`)

const smaller = helper(`function smaller(a, b) {
  return (a === a && !(b >= a) ? b : a);
}`)

const signOf = helper(`function signOf(x) {
  return (x > 0 ? 1 : (x < 0 ? -1 : x));
}`)

/** `(eʳ - 1 - r) / r²` for |r| up to ln(2) / 2. Text, as `expOf` and others may be called by one kernel. */
const expTail = (r: string): string =>
  `(((((1.9875691500e-4 * ${r} + 1.3981999507e-3) * ${r} + 8.3334519073e-3) * ${r}
    + 4.1665795894e-2) * ${r} + 1.6666665459e-1) * ${r} + 5.0000001201e-1)`

const expOf = helper(`function expOf(x) {
  const k = Math.floor(x * 1.44269504088896341 + 0.5);
  const r = (x - k * 0.693359375) + k * 2.12194440e-4;
  const half = Math.floor(k * 0.5);
  const y = ${expTail('r')} * r * r + r + 1;
  const scale = Math.pow(2, half);
  const value = (y * scale) * (scale * (1 + k - 2 * half));
  return (x > 88.722839 ? x * 3.4e38 : (x < -87.336545 ? 0 : value));
}`)

const expm1Of = helper(`function expm1Of(x) {
  const near = ${expTail('x')} * x * x + x;
  return (Math.abs(x) < 0.3465 ? near : expOf(x) - 1);
}`)

/** Lines that give `tail`: log(1 + f) less f, for 1 + f between √½ and √2. */
const logTail = `const y = ((((((((7.0376836292e-2 * f - 1.1514610310e-1) * f + 1.1676998740e-1) * f - 1.2420140846e-1) * f
    + 1.4249322787e-1) * f - 1.6668057665e-1) * f + 2.0000714765e-1) * f - 2.4999993993e-1) * f
    + 3.3333331174e-1) * f * f * f;
  const tail = y - 0.5 * f * f;`

const logOf = helper(`function logOf(x) {
  const e0 = Math.floor(Math.log2(x));
  const half = Math.floor(e0 * 0.5);
  const m0 = x * Math.pow(2, -half) * Math.pow(2, half - e0);
  const e = (m0 > 1.41421356 ? e0 + 1 : (m0 < 0.70710678 ? e0 - 1 : e0));
  const m = (m0 > 1.41421356 ? m0 * 0.5 : (m0 < 0.70710678 ? m0 * 2 : m0));
  const f = m - 1;
  ${logTail}
  const value = (tail - e * 2.12194440e-4) + f + e * 0.693359375;
  const outside = (x > 1 ? x : (x >= 0 ? -1 / (x * 0) : (x - x) / (x - x)));
  return (x >= 1.1754944e-38 && x <= 3.4028234e38 ? value : outside);
}`)

const log1pOf = helper(`function log1pOf(x) {
  const f = x;
  ${logTail}
  const near = tail + x;
  return (x > -0.2929 && x < 0.4142 ? near : logOf(1 + x));
}`)

const tanhOf = helper(`function tanhOf(x) {
  const z = x * x;
  const near = ((((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z
    + 1.33314422036e-1) * z - 3.33332819422e-1) * z * x + x;
  const a = Math.abs(x);
  const far = 1 - 2 / (expOf(2 * (a < 20 ? a : 20)) + 1);
  return (a < 0.625 ? near : (a >= 0.625 ? (x < 0 ? -far : far) : x));
}`)

const erfOf = helper(`function erfOf(x) {
  const z = x * x;
  const near = x * ((((((7.875875074e-5 * z - 8.016864286e-4) * z + 5.189087423e-3) * z - 2.685421201e-2) * z
    + 1.128359472e-1) * z - 3.761262667e-1) * z + 1.128379166);
  const a = Math.abs(x);
  const b = (a < 4 ? a : 4);
  const u = b - 2.5;
  const scaled = ((((((((((1.611890749e-6 * u - 6.377862276e-6) * u + 1.468955683e-5) * u - 5.362729453e-5) * u
    + 2.123135674e-4) * u - 7.389278863e-4) * u + 2.466508570e-3) * u - 7.999388865e-3) * u
    + 2.493805689e-2) * u - 7.434759370e-2) * u + 2.108063641e-1);
  const far = 1 - expOf(-b * b) * scaled;
  return (a < 1 ? near : (a >= 1 ? (x < 0 ? -far : far) : x));
}`)

/** Lines that give `value`, the sine of r and n quarter turns. */
const wave = `const q = n - 4 * Math.floor(n * 0.25);
  const z = r * r;
  const sine = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r;
  const cosine = ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1;
  const isOdd = (q > 0.5 && q < 1.5 ? 1 : (q > 2.5 ? 1 : 0));
  const size = (isOdd > 0.5 ? cosine : sine);
  const value = (q > 1.5 ? -size : size);`

/** `values[i]` as an expression of the index `i`. */
function tableText(i: string, values: readonly number[]): string {
  return values.reduceRight(
    (rest, value, place) => (rest === '' ? `${value}` : `(${i} < ${place}.5 ? ${value} : ${rest})`),
    '',
  )
}

// A digit of 1 / 2π to the base 2¹².
const digits = [0, 651, 3680, 3513, 913, 84, 2687, 157, 1524, 2004, 3383, 1795, 1752, 2646, 1615]

const digit = helper(`function digit(i) {
  return ${tableText('i', digits)};
}`)

// For large x (Payne and Hanek, 1983): x is a · 2¹² + b at 2ᵉ; its turns are its products with the digits of 1 / 2π, of
// which whole turns are left out. What is left is summed up in two parts, so that small angles keep their places.
const farWave = helper(`function farWave(x, shift) {
  const far = Math.abs(x);
  const e0 = Math.floor(Math.log2(far));
  const half = Math.floor(e0 * 0.5);
  const m0 = far * Math.pow(2, -half) * Math.pow(2, half - e0);
  const e1 = (m0 >= 2 ? e0 + 1 : (m0 < 1 ? e0 - 1 : e0));
  const m = (m0 >= 2 ? m0 * 0.5 : (m0 < 1 ? m0 * 2 : m0)) * 8388608;
  const e = e1 - 23;
  const first = Math.floor((e + 0.5) / 12) + 1;
  const scale = Math.pow(2, e - 12 * first);
  const a = Math.floor(m * 0.000244140625);
  const b = m - a * 4096;
  let coarse = 0;
  let fine = 0;
  let weight = 4096;
  for (let j = 0; j < 6; j++) {
    const d = digit(first + j);
    const ta = a * d * scale * weight;
    const tb = b * d * scale * (weight * 0.000244140625);
    const fa = ta - Math.floor(ta);
    const fb = tb - Math.floor(tb);
    const ca = Math.floor(fa * 4096) * 0.000244140625;
    const cb = Math.floor(fb * 4096) * 0.000244140625;
    coarse = coarse + ca + cb;
    fine = fine + (fa - ca) + (fb - cb);
    weight = weight * 0.000244140625;
  }
  const c = coarse - Math.floor(coarse);
  const turns = Math.floor(c * 4 + 0.5);
  const sign = (x < 0 ? -1 : 1);
  const n = sign * turns + shift;
  const r = sign * ((c - turns * 0.25) + fine) * 6.283185307179586;
  ${wave}
  return value;
}`)

// For small x: quarter turns are taken off in three parts, each short enough for its product with a count below 2¹² to be
// exact (Cody and Waite, 1980).
const nearWave = helper(`function nearWave(x, shift) {
  const turns = Math.floor(x * 0.63661977236758134 + 0.5);
  const n = turns + shift;
  const r = ((x - turns * 1.5703125) - turns * 4.837512969970703125e-4) - turns * 7.54978995489188216e-8;
  ${wave}
  return value;
}`)

// The sine of x radians and a number of quarter turns.
const waveOf = helper(`function waveOf(x, shift) {
  const size = Math.abs(x);
  let value = 0;
  if (size > 4096) {
    value = farWave(x, shift);
  } else {
    value = nearWave(x, shift);
  }
  return (size <= 3.4028234e38 ? value : (x - x) / (x - x));
}`)

/** 2 to eighths, as `f32` has them, and what is missing then. */
const eighths = Array.from({ length: 9 }, (_, i) => 2 ** (i / 8))
const high = eighths.map(Math.fround)
const low = eighths.map((x, i) => Math.fround(x - (high[i] ?? 0)))

const eighth = helper(`function eighth(i) {
  return ${tableText('i', high)};
}`)

const eighthRest = helper(`function eighthRest(i) {
  return ${tableText('i', low)};
}`)

// aᵇ for a above 0, by the method of Cephes (powf.c): log₂ a as whole eighths and a rest, each of which is multiplied by
// whole eighths and rest of b, so that nothing of weight is rounded away before whole powers are split off.
const powSize = helper(`function powSize(a, b) {
  const e0 = Math.floor(Math.log2(a));
  const half = Math.floor(e0 * 0.5);
  const m0 = a * Math.pow(2, -half) * Math.pow(2, half - e0);
  const e = (m0 >= 2 ? e0 + 1 : (m0 < 1 ? e0 - 1 : e0));
  const m = (m0 >= 2 ? m0 * 0.5 : (m0 < 1 ? m0 * 2 : m0));
  const j = Math.floor(8 * Math.log2(m) + 0.5);
  const top = eighth(j);
  const x = ((m - top) - eighthRest(j)) / top;
  const cube = (((-0.1663883081054895 * x + 0.2003770364206271) * x - 0.2500006373383951) * x + 0.3333331095506474)
    * x * x * x - 0.5 * x * x;
  const rest = (cube + 0.44269504088896341 * cube + 0.44269504088896341 * x) + x;
  const whole = e + j * 0.125;
  const ba = Math.floor(b * 8) * 0.125;
  const bb = b - ba;
  const w0 = rest * b + whole * bb;
  const w0a = Math.floor(w0 * 8) * 0.125;
  const w1 = w0a + whole * ba;
  const w1a = Math.floor(w1 * 8) * 0.125;
  const w2 = (w0 - w0a) + (w1 - w1a);
  const w2a = Math.floor(w2 * 8) * 0.125;
  const total = w1a + w2a;
  const r = (w2 - w2a) * 0.69314718055994531;
  const k = Math.floor(total);
  const near = (k < -200 ? -200 : (k > 200 ? 200 : k));
  const f = (total - k) * 8;
  const grown = ((((8.3333333e-3 * r + 4.1666667e-2) * r + 1.6666667e-1) * r + 0.5) * r + 1) * r;
  const y = eighth(f) + (eighthRest(f) + eighth(f) * grown);
  const halfK = Math.floor(near * 0.5);
  return y * Math.pow(2, halfK) * Math.pow(2, near - halfK);
}`)

const powOf = helper(`function powOf(a, b) {
  const size = Math.abs(a);
  const whole = Math.floor(b);
  const isOdd = (whole < b ? 0 : whole - 2 * Math.floor(whole * 0.5));
  const sign = (a < 0 && isOdd > 0.5 ? -1 : 1);
  const isLarge = (size > 1 ? 1 : 0);
  const grows = (b > 0 ? isLarge : 1 - isLarge);
  const infinity = 3.4e38 * (2 + Math.abs(b));
  const ends = (grows > 0.5 ? infinity : 0);
  const inside = (size >= 1.1754944e-38 && size <= 3.4028234e38 && Math.abs(b) < 1e9 ? 1 : 0);
  let value = (size === 1 ? 1 : ends);
  if (inside > 0.5) {
    value = powSize(size, b);
  }
  const signed = sign * value;
  const known = (a < 0 && size <= 3.4028234e38 && whole < b && Math.abs(b) < 1e9 ? (a - a) / (a - a) : signed);
  const numbers = (a === a && b === b ? known : a + b);
  return (b === 0 ? 1 : (a === 1 ? 1 : numbers));
}`)

const erfExact = helper(`function erfOf(x) {
  const a = Math.abs(x);
  let term = x;
  let total = x;
  for (let n = 1; n < 60; n++) {
    term = term * 2 * x * x / (2 * n + 1);
    total = total + term;
  }
  let fraction = a;
  for (let i = 0; i < 60; i++) {
    fraction = a + (60 - i) * 0.5 / fraction;
  }
  const bell = Math.exp(-x * x);
  const near = 1.1283791670955126 * bell * total;
  const far = 1 - bell / (fraction * 1.7724538509055159);
  return (a < 2.5 ? near : (a > 6 ? (x < 0 ? -1 : 1) : (a >= 2.5 ? (x < 0 ? -far : far) : x)));
}`)

const powExact = helper(`function powOf(a, b) {
  return (a === 1 ? 1 : (a === -1 && Math.abs(b) > 3.4028234e38 ? 1 : Math.pow(a, b)));
}`)

/** Helpers of the modes that compute with JavaScript's own functions. */
export const hostHelpers: readonly Helper[] = [quotient, same, signOf, erfExact, powExact]

/** Helpers of the modes that run shaders. */
export const shaderHelpers: readonly Helper[] = [
  quotient,
  same,
  larger,
  smaller,
  signOf,
  expOf,
  expm1Of,
  logOf,
  log1pOf,
  tanhOf,
  erfOf,
  digit,
  farWave,
  nearWave,
  waveOf,
  eighth,
  eighthRest,
  powSize,
  powOf,
]
