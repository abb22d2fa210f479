import { uniform } from './workload.ts'

/** A kernel of gpu.js by hand. */
interface Variant {
  readonly name: string
  readonly source: string
  readonly output: readonly number[]
  /** What the arguments are: matrices, or one large array. */
  readonly inputs: readonly Float32Array[]
  readonly expected: number
  /** The element that `expected` is. */
  first(result: unknown): number
}

/** Milliseconds of one call, uploads included, the result staying on the device. */
export interface PlainKernelTime {
  readonly mode: string
  readonly name: string
  readonly best: number
  readonly error: number
}

/** What is used here of a kernel's result that stays on the device. */
interface Handle {
  toArray(): unknown
  readonly context: { readonly device?: { readonly queue: { onSubmittedWorkDone(): Promise<void> } } }
}

/** What is used here of a kernel. */
interface Kernel {
  (...args: readonly unknown[]): Handle | Promise<Handle>
  readonly kernel: { readonly context: WebGL2RenderingContext; readonly framebuffer: WebGLFramebuffer | null }
  destroy(): void
}

/** What is used here of gpu.js, whose own types ask for functions where text does as well. */
export interface PlainGpuJs {
  readonly GPU: new (settings: {
    readonly mode: string
  }) => { createKernel(source: string, settings: object): Kernel; destroy(): Promise<void> }
  readonly Input: new (data: Float32Array, size: readonly number[]) => object
}

const plus = (n: number): string => (n === 0 ? '' : ` + ${n}`)
const lines = (of: (i: number) => string, count: number): string =>
  Array.from({ length: count }, (_, i) => of(i)).join('\n')
const number = (value: unknown): number => {
  if (typeof value === 'number') return value
  if (Array.isArray(value) || value instanceof Float32Array) return number(value[0])
  return Number.NaN
}

/** Products of [n, n]: with float and with integer indices, one and four elements a thread. */
function products(n: number): Variant[] {
  const [a, b] = [uniform([n, n], 1).data, uniform([n, n], 2).data]
  let expected = 0
  for (let k = 0; k < n; k++) expected += (a[k] ?? 0) * (b[k * n] ?? 0)
  const one = (times: number): string =>
    `function (a, b) { let s = 0; for (let k = 0; k < ${n / times}; k++) {
      ${lines((u) => `s += a[this.thread.y * ${n} + k * ${times}${plus(u)}] * b[k * ${n * times} + this.thread.x${plus(u * n)}];`, times)}
    } return s; }`
  const four = `function (a, b) { ${lines((c) => `let s${c} = 0;`, 4)} for (let k = 0; k < ${n / 4}; k++) {
    ${lines(
      (u) =>
        `const x${u} = a[this.thread.y * ${n} + k * 4${plus(u)}];
        ${lines((c) => `s${c} += x${u} * b[k * ${4 * n} + this.thread.x * 4${plus(u * n + c)}];`, 4)}`,
      4,
    )} } return [s0, s1, s2, s3]; }`
  const floats = `function (a, b) { const p = this.thread.x; const i = Math.floor(p / ${n}); const j = p - i * ${n};
    let s = 0; for (let k = 0; k < ${n}; k++) { s += a[i * ${n} + k] * b[k * ${n} + j]; } return s; }`
  const common = { inputs: [a, b], expected, first: number }
  return [
    { ...common, name: `matmul ${n}, float indices`, source: floats, output: [n * n] },
    { ...common, name: `matmul ${n}, integer indices`, source: one(1), output: [n, n] },
    { ...common, name: `matmul ${n}, unrolled by 4`, source: one(4), output: [n, n] },
    { ...common, name: `matmul ${n}, 4 a thread, unrolled`, source: four, output: [n / 4, n] },
  ]
}

/** An exponential of 2²⁰ numbers, and row sums of them. */
function rows(): Variant[] {
  const n = 1024
  const { data } = uniform([n, n], 3)
  const common = { inputs: [data], first: number }
  const exponential = { ...common, expected: Math.exp(data[0] ?? 0) }
  const sum = data.subarray(0, n).reduce((total, x) => total + x, 0)
  return [
    {
      ...exponential,
      name: 'exp, 1 a thread, [2^20]',
      source: 'function (a) { return Math.exp(a[this.thread.x]); }',
      output: [n * n],
    },
    {
      ...exponential,
      name: 'exp, 1 a thread, [1024, 1024]',
      source: `function (a) { return Math.exp(a[this.thread.y * ${n} + this.thread.x]); }`,
      output: [n, n],
    },
    {
      ...exponential,
      name: 'exp, 4 a thread',
      source: `function (a) { return [${Array.from({ length: 4 }, (_, c) => `Math.exp(a[this.thread.x * 4${plus(c)}])`).join(', ')}]; }`,
      output: [(n * n) / 4],
    },
    {
      ...common,
      expected: sum,
      name: 'row sums, a thread a row',
      source: `function (a) { let s = 0; for (let i = 0; i < ${n}; i++) { s += a[this.thread.x * ${n} + i]; } return s; }`,
      output: [n],
    },
  ]
}

/** Times kernels written by hand, best of `rounds` in turns: what the backend's own kernels are shaped after. */
export async function plainKernels(
  { GPU, Input }: PlainGpuJs,
  mode: 'webgpu' | 'webgl2',
  rounds: number,
): Promise<PlainKernelTime[]> {
  const gpu = new GPU({ mode })
  const ready: { variant: Variant; run: () => Promise<Handle>; best: number; error: number }[] = []
  for (const variant of [...products(256), ...(mode === 'webgpu' ? products(512) : []), ...rows()]) {
    const { source, output, inputs, expected, first } = variant
    const settings = {
      output,
      precision: 'single',
      tactic: 'precision',
      loopMaxIterations: 1e9,
      pipeline: true,
    }
    const kernel = gpu.createKernel(source, settings)
    const args = inputs.map((data) => new Input(data, [data.length]))
    const run = async (): Promise<Handle> => {
      const handle = await kernel(...args)
      const { device } = handle.context
      if (device !== undefined) await device.queue.onSubmittedWorkDone()
      else readOne(kernel)
      return handle
    }
    const error = Math.abs(first(await (await run()).toArray()) - expected)
    ready.push({ variant, run, best: Infinity, error })
  }
  for (let round = 0; round < rounds; round++) {
    for (const one of ready) {
      const from = performance.now()
      await one.run()
      one.best = Math.min(one.best, performance.now() - from)
    }
  }
  await gpu.destroy()
  return ready.map(({ variant, best, error }) => ({ mode, name: variant.name, best, error }))
}

/** Waits for a WebGL kernel by reading one of its elements. */
function readOne({ kernel: { context: gl, framebuffer } }: Kernel): void {
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer)
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.FLOAT, new Float32Array(4))
}
