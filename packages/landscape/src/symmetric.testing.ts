import { concat, fromOwned, type Tensor } from '@samkit/core'

/** A square matrix, row-major. */
export interface Matrix {
  readonly n: number
  readonly data: Float64Array
}

/** A symmetric matrix with these eigenvalues: `D` reflected at hyperplanes (Householder), one per normal. */
export function withSpectrum(
  eigenvalues: readonly number[],
  normals: readonly (readonly number[])[],
): Matrix {
  const n = eigenvalues.length
  let data: Float64Array = new Float64Array(n * n)
  eigenvalues.forEach((value, i) => {
    data[i * n + i] = value
  })
  for (const u of normals) {
    const length = Math.hypot(...u)
    if (length === 0) continue
    const reflect = (i: number, j: number) =>
      (i === j ? 1 : 0) - (2 * (u[i] ?? 0) * (u[j] ?? 0)) / length ** 2
    const q = Float64Array.from({ length: n * n }, (_, k) => reflect(Math.floor(k / n), k % n))
    data = product(n, product(n, q, data), q)
  }
  return { n, data }
}

function product(n: number, a: Float64Array, b: Float64Array): Float64Array {
  const entry = (i: number, j: number): number => {
    let sum = 0
    for (let k = 0; k < n; k++) sum += (a[i * n + k] ?? 0) * (b[k * n + j] ?? 0)
    return sum
  }
  return Float64Array.from({ length: n * n }, (_, k) => entry(Math.floor(k / n), k % n))
}

/** Parameters of a quadratic form, in two tensors. */
export interface Halves {
  readonly a: Tensor
  readonly b: Tensor
}

/** `½ xᵀ A x`, where `x` is both halves. */
export function quadratic({ n, data }: Matrix): (x: Halves) => Tensor {
  const matrix = fromOwned(data, [n, n])
  return ({ a, b }) => {
    const x = concat([a, b])
    return x.mul(matrix.matmul(x)).sum().mul(0.5)
  }
}

/** The halves of a vector. */
export function halves(x: readonly number[]): Halves {
  const part = (from: number, to: number): Tensor => {
    const values = x.slice(from, to)
    return fromOwned(Float64Array.from(values), [values.length])
  }
  const middle = Math.floor(x.length / 2)
  return { a: part(0, middle), b: part(middle, x.length) }
}

/** All eigenvalues of a symmetric matrix, ascending: Jacobi's rotations, which share nothing with power iteration. */
export function jacobiEigenvalues({ n, data }: Matrix): number[] {
  const a = Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * n, (i + 1) * n)))
  const get = (i: number, j: number): number => a[i]?.[j] ?? 0
  const set = (i: number, j: number, value: number): void => {
    const row = a[i]
    if (row !== undefined) row[j] = value
  }
  for (let sweep = 0; sweep < 50; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (get(p, q) === 0) continue
        const angle = 0.5 * Math.atan2(2 * get(p, q), get(q, q) - get(p, p))
        const [c, s] = [Math.cos(angle), Math.sin(angle)]
        for (let k = 0; k < n; k++) {
          const [x, y] = [get(k, p), get(k, q)]
          set(k, p, c * x - s * y)
          set(k, q, s * x + c * y)
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [get(p, k), get(q, k)]
          set(p, k, c * x - s * y)
          set(q, k, s * x + c * y)
        }
      }
    }
  }
  return Array.from({ length: n }, (_, i) => get(i, i)).sort((x, y) => x - y)
}
