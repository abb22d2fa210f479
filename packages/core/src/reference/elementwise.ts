import { allocate, type HostArray, type TensorSpec, type TypedArray } from '../graph/dtype.ts'
import { sizeOf } from '../graph/shape.ts'
import { broadcastStrides, eachRow, lastStride } from './strided.ts'

/** `out[i] = f(x[i])`. */
export function mapUnary(f: (x: number) => number, x: HostArray, output: TensorSpec): TypedArray {
  const out = allocate(output.dtype, sizeOf(output.shape))
  const a = x.data
  for (let i = 0; i < out.length; i++) out[i] = f(a[i]!)
  return out
}

/** `out[i] = f(a[i], b[i])`, both broadcast to the output's shape. */
export function mapBinary(
  f: (a: number, b: number) => number,
  a: HostArray,
  b: HostArray,
  output: TensorSpec,
): TypedArray {
  const out = allocate(output.dtype, sizeOf(output.shape))
  const x = a.data
  const y = b.data
  if (x.length === out.length && y.length === out.length) {
    for (let i = 0; i < out.length; i++) out[i] = f(x[i]!, y[i]!)
    return out
  }
  const sa = broadcastStrides(a.shape, output.shape)
  const sb = broadcastStrides(b.shape, output.shape)
  const n = output.shape.at(-1) ?? 1
  const stepA = lastStride(sa)
  const stepB = lastStride(sb)
  eachRow(output.shape, [sa, sb], (o, [ia, ib]) => {
    for (let i = 0; i < n; i++) out[o + i] = f(x[ia! + i * stepA]!, y[ib! + i * stepB]!)
  })
  return out
}

/** `out[i] = f(a[i], b[i], c[i])`, all broadcast to the output's shape. */
export function mapTernary(
  f: (a: number, b: number, c: number) => number,
  a: HostArray,
  b: HostArray,
  c: HostArray,
  output: TensorSpec,
): TypedArray {
  const out = allocate(output.dtype, sizeOf(output.shape))
  const arrays = [a, b, c]
  const strides = arrays.map((x) => broadcastStrides(x.shape, output.shape))
  const [sa, sb, sc] = strides.map(lastStride)
  const n = output.shape.at(-1) ?? 1
  eachRow(output.shape, strides, (o, [ia, ib, ic]) => {
    for (let i = 0; i < n; i++) {
      out[o + i] = f(a.data[ia! + i * sa!]!, b.data[ib! + i * sb!]!, c.data[ic! + i * sc!]!)
    }
  })
  return out
}
