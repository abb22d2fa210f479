// Functions that kernels call, in the JavaScript that gpu.js translates. The built-in ones of GLSL and WGSL are a few
// bits short, or wrong for large, small or negative numbers, so that these are made of +, -, ·, / and whole powers of 2.
// The polynomials of exp, log, tanh, sin and cos are those of Cephes (S. L. Moshier, single/expf.c, logf.c, tanhf.c,
// sinf.c); that of erf is a fit at Chebyshev nodes.

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
const equal = helper(`function equal(a, b) {
  return (a <= b && a >= b ? 1 : 0);
}`)

const larger = helper(`function larger(a, b) {
  return (a === a ? (b <= a ? a : b) : a);
}`)

const smaller = helper(`function smaller(a, b) {
  return (a === a ? (b >= a ? a : b) : a);
}`)

const signOf = helper(`function signOf(x) {
  return (x > 0 ? 1 : (x < 0 ? -1 : x));
}`)

// For |x| up to ln(2) / 2: (eˣ - 1 - x) / x².
const expTail = helper(`function expTail(r) {
  return ((((1.9875691500e-4 * r + 1.3981999507e-3) * r + 8.3334519073e-3) * r
    + 4.1665795894e-2) * r + 1.6666665459e-1) * r + 5.0000001201e-1;
}`)

const expOf = helper(`function expOf(x) {
  const k = Math.floor(x * 1.44269504088896341 + 0.5);
  const r = (x - k * 0.693359375) + k * 2.12194440e-4;
  const half = Math.floor(k * 0.5);
  const y = expTail(r) * r * r + r + 1;
  const value = y * Math.pow(2, half) * Math.pow(2, k - half);
  return (x > 88.722839 ? x * 3.4e38 : (x < -87.336545 ? 0 : value));
}`)

const expm1Of = helper(`function expm1Of(x) {
  const near = expTail(x) * x * x + x;
  return (Math.abs(x) < 0.3465 ? near : expOf(x) - 1);
}`)

// log(1 + f) for 1 + f between √½ and √2, less f.
const logTail = helper(`function logTail(f) {
  const z = f * f;
  const y = ((((((((7.0376836292e-2 * f - 1.1514610310e-1) * f + 1.1676998740e-1) * f - 1.2420140846e-1) * f
    + 1.4249322787e-1) * f - 1.6668057665e-1) * f + 2.0000714765e-1) * f - 2.4999993993e-1) * f
    + 3.3333331174e-1) * f * z;
  return y - 0.5 * z;
}`)

const logOf = helper(`function logOf(x) {
  const e0 = Math.floor(Math.log2(x));
  const half = Math.floor(e0 * 0.5);
  const m0 = x * Math.pow(2, -half) * Math.pow(2, half - e0);
  const e = (m0 > 1.41421356 ? e0 + 1 : (m0 < 0.70710678 ? e0 - 1 : e0));
  const m = (m0 > 1.41421356 ? m0 * 0.5 : (m0 < 0.70710678 ? m0 * 2 : m0));
  const f = m - 1;
  const value = (logTail(f) - e * 2.12194440e-4) + f + e * 0.693359375;
  const outside = (x > 1 ? x : (x >= 0 ? -1 / (x * 0) : (x - x) / (x - x)));
  return (x >= 1.1754944e-38 && x <= 3.4028234e38 ? value : outside);
}`)

const log1pOf = helper(`function log1pOf(x) {
  const near = logTail(x) + x;
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

// x less its quarter turns: π/2 in three parts, each short enough for a product with a count below 2¹² to be exact.
const turned = helper(`function turned(x, n) {
  return ((x - n * 1.5703125) - n * 4.837512969970703125e-4) - n * 7.54978995489188216e-8;
}`)

const sine = helper(`function sine(r) {
  const z = r * r;
  return ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * r + r;
}`)

const cosine = helper(`function cosine(r) {
  const z = r * r;
  return ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1;
}`)

/** The sine of `x` radians, moved on by `shift` quarter turns. */
const wave = helper(`function wave(x, shift) {
  const n = Math.floor(x * 0.63661977236758134 + 0.5);
  const r = turned(x, n);
  const s = n + shift;
  const q = s - 4 * Math.floor(s * 0.25);
  const odd = (q > 0.5 && q < 1.5 ? 1 : (q > 2.5 ? 1 : 0));
  const value = (odd > 0.5 ? cosine(r) : sine(r));
  const signed = (q > 1.5 ? -value : value);
  return (Math.abs(x) <= 3.4028234e38 ? signed : (x - x) / (x - x));
}`)

const powOf = helper(`function powOf(a, b) {
  const size = expOf(b * logOf(Math.abs(a)));
  const whole = Math.floor(b);
  const isOdd = whole - 2 * Math.floor(whole * 0.5);
  const signed = (a < 0 && isOdd > 0.5 ? -size : size);
  const value = (a < 0 && whole < b ? (a - a) / (a - a) : signed);
  const zero = (b > 0 ? 0 : 1 / (a * 0));
  return (b === 0 ? 1 : (a === 1 ? 1 : (a === 0 ? zero : value)));
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
export const hostHelpers: readonly Helper[] = [quotient, equal, signOf, erfExact, powExact]

/** Helpers of the modes that run shaders. */
export const shaderHelpers: readonly Helper[] = [
  quotient,
  equal,
  larger,
  smaller,
  signOf,
  expTail,
  expOf,
  expm1Of,
  logTail,
  logOf,
  log1pOf,
  tanhOf,
  erfOf,
  turned,
  sine,
  cosine,
  wave,
  powOf,
]
