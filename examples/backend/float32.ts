import {
  type Backend,
  type DeviceBuffer,
  interpreterBackend,
  type Kernel,
  type Shape,
  sizeOf,
  type TypedArray,
} from '@samkit/core'

/** Where this backend keeps a value: in an ordinary array. Another would keep a pointer or a texture here. */
interface HostBuffer extends DeviceBuffer {
  readonly data: TypedArray
}

const hold = (data: TypedArray): HostBuffer => ({ data, dispose: () => {} })

/** The place in a value of `shape` that belongs to place `at` of the output, under NumPy broadcasting. */
function placeIn(shape: Shape, output: Shape, at: number): number {
  let index = 0
  let stride = 1
  let rest = at
  for (let axis = 1; axis <= shape.length; axis++) {
    const length = shape.at(-axis) ?? 1
    if (length !== 1) index += (rest % length) * stride
    stride *= length
    rest = Math.floor(rest / (output.at(-axis) ?? 1))
  }
  return index
}

/** The kernel of an elementwise primitive. */
function elementwise(f: (...values: number[]) => number): Kernel<HostBuffer> {
  return (inputs, _, { shape }) => {
    const out = new Float32Array(sizeOf(shape))
    for (let i = 0; i < out.length; i++) {
      out[i] = f(...inputs.map((input) => input.buffer.data[placeIn(input.shape, shape, i)] ?? 0))
    }
    return hold(out)
  }
}

/** `[…, M, K] × […, K, N]`, every product and sum rounded to f32. */
const matmul: Kernel<HostBuffer> = ([a, b], _, { shape }) => {
  if (a === undefined || b === undefined) throw new Error('matmul takes two inputs')
  const [m = 0, n = 0] = shape.slice(-2)
  const k = a.shape.at(-1) ?? 0
  const out = new Float32Array(sizeOf(shape))
  for (let row = 0; row * n < out.length; row++) {
    const sums = out.subarray(row * n, (row + 1) * n)
    const matrix = Math.floor(row / m) * k
    for (let l = 0; l < k; l++) {
      const x = a.buffer.data[row * k + l] ?? 0
      const line = b.buffer.data.subarray((matrix + l) * n, (matrix + l + 1) * n)
      line.forEach((y, j) => {
        sums[j] = (sums[j] ?? 0) + Math.fround(x * y)
      })
    }
  }
  return hold(out)
}

const kernels: Readonly<Record<string, Kernel<HostBuffer>>> = {
  add: elementwise((a = 0, b = 0) => a + b),
  sub: elementwise((a = 0, b = 0) => a - b),
  mul: elementwise((a = 0, b = 0) => a * b),
  tanh: elementwise((x = 0) => Math.tanh(x)),
  matmul,
}

/** A backend made of a handful of `f32` kernels. Everything else runs on the reference kernels, and it says so. */
export function float32Backend(): Backend {
  return interpreterBackend<HostBuffer>({
    name: 'float32',
    upload: hold,
    download: ({ data }) => data,
    kernel: ({ name }, _, { dtype }) => (dtype === 'f32' ? kernels[name] : undefined),
    fallback: 'reference',
  })
}
