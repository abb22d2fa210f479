import type { Access, MatmulKernel } from '@samkit/core/compiler'
import fc from 'fast-check'
import { ModuleBuilder, mathFunctions } from '../../assembler/index.ts'
import { type Features, operand } from '../generator.ts'
import { generateMatmul } from './index.ts'

type Numbers = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>

const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array }

function arrayOf(dtype: MatmulKernel['dtype']) {
  if (dtype === 'bool') throw new Error('matmul has no bool')
  return arrays[dtype]
}

function count(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1)
}

function place({ offset, strides }: Access, index: readonly number[]): number {
  return index.reduce((sum, i, axis) => sum + i * (strides[axis] ?? 0), offset)
}

function indexOf(sizes: readonly number[], flat: number): number[] {
  const index = sizes.map(() => 0)
  let rest = flat
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const size = sizes[axis] ?? 1
    index[axis] = rest % size
    rest = Math.floor(rest / size)
  }
  return index
}

/** Products by their definition, in f64 or wrapping i32, into a copy of what the output buffer held. */
export function naive(kernel: MatmulKernel, [a, b, before]: readonly Numbers[]): Numbers {
  const { batch, m, k, n, dtype } = kernel
  const result = (before as Numbers).slice()
  for (let flat = 0; flat < count(batch); flat++) {
    const item = indexOf(batch, flat)
    const [fromA, fromB, to] = [kernel.a, kernel.b, kernel.out].map((access) =>
      place(access, item),
    ) as number[]
    const [ai = 0, al = 0] = kernel.a.strides.slice(-2)
    const [bl = 0, bj = 0] = kernel.b.strides.slice(-2)
    const [ci = 0, cj = 0] = kernel.out.strides.slice(-2)
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let l = 0; l < k; l++) {
          const x = a?.[(fromA ?? 0) + i * ai + l * al] ?? Number.NaN
          const y = b?.[(fromB ?? 0) + l * bl + j * bj] ?? Number.NaN
          sum += dtype === 'i32' ? Math.imul(x, y) : x * y
        }
        result[(to ?? 0) + i * ci + j * cj] = sum
      }
    }
  }
  return result
}

/** The first place where two arrays differ in more than `margin`, as text; none: an empty text. */
export function difference(got: Numbers, wanted: Numbers, margin = 0): string {
  if (got.length !== wanted.length) return `${got.length} numbers, not ${wanted.length}`
  for (const [i, value] of wanted.entries()) {
    const is = got[i] ?? Number.NaN
    if (!Object.is(is, value) && !(Math.abs(is - value) <= margin)) return `${is} at ${i}, not ${value}`
  }
  return ''
}

/** How many numbers a buffer needs for an access over these sizes. */
function extent({ offset, strides }: Access, sizes: readonly number[]): number {
  return sizes.reduce((sum, size, axis) => sum + Math.max(0, (size - 1) * (strides[axis] ?? 0)), offset) + 1
}

/** Buffers that a kernel reads and writes, each of whose numbers `next` gives. */
export function buffersFor(kernel: MatmulKernel, next: () => number): Numbers[] {
  const { batch, m, k, n } = kernel
  const sizes = [
    extent(kernel.a, [...batch, m, k]),
    extent(kernel.b, [...batch, k, n]),
    extent(kernel.out, [...batch, m, n]),
  ]
  return sizes.map((size) => new (arrayOf(kernel.dtype))(size).map(next))
}

/** Numbers around 0 from a seed: whole ones up to `whole`, whose sums of products are exact, or any up to 1. */
export function numbers(seed: number, whole?: number): () => number {
  let state = seed | 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return whole === undefined ? state / 2 ** 31 : Math.floor((state / 2 ** 32) * (2 * whole + 1))
  }
}

/** A kernel compiled on a memory of its own that is full of NaN besides. */
export function compiled(
  kernel: MatmulKernel,
  buffers: readonly Numbers[],
  features: Features = { relaxedSimd: false, sharedMemory: false },
) {
  const generated = generateMatmul(kernel, features)
  let end = 1024
  const reserve = (bytes: number): number => {
    const start = Math.ceil(end / 64) * 64
    end = start + bytes + 64
    return start
  }
  const starts = buffers.map((buffer) => reserve(buffer.byteLength))
  const workspace = reserve(generated.workspaceBytes)
  const own = reserve(generated.privateBytes ?? 0)
  const pages = Math.ceil(end / 65536)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const module = new ModuleBuilder({ shared: false, maxPages: pages })
  for (const [i, phase] of generated.phases.entries()) module.export(`phase${i}`, phase.emit(module))
  const math = Object.fromEntries(mathFunctions.map((name) => [name, () => 0]))
  const bytes = module.finish()
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { samkit: { memory }, math })
  const address = (number: number): number =>
    number === operand.workspace ? workspace : number === operand.private ? own : (starts[number] ?? 0)
  new Uint8Array(memory.buffer).fill(0xff)
  new Int32Array(memory.buffer, 64, generated.operands.length).set(generated.operands.map(address))
  for (const [i, buffer] of buffers.entries()) {
    new Uint8Array(memory.buffer).set(new Uint8Array(buffer.buffer), starts[i])
  }
  const phase = (i: number) => exports[`phase${i}`] as (table: number, from: number, to: number) => void
  return {
    generated,
    bytes: bytes.length,
    /** Runs the phases, each in pieces that begin at these fractions of it. */
    run(cuts: readonly number[] = []): Numbers {
      for (const [i, { outer, grain }] of generated.phases.entries()) {
        const places = cuts.map((cut) => Math.floor((cut * outer) / grain) * grain)
        const edges = [0, ...places.sort((x, y) => x - y), outer]
        for (let piece = 1; piece < edges.length; piece++) {
          // What a thread finds in its private scratch is of no account.
          new Uint8Array(memory.buffer, own, generated.privateBytes ?? 0).fill(0xff)
          phase(i)(64, edges[piece - 1] ?? 0, edges[piece] ?? 0)
        }
      }
      return new (arrayOf(kernel.dtype))(memory.buffer, starts[2], buffers[2]?.length).slice()
    },
    /** Runs the phases and nothing else: what is timed. */
    repeat(only?: number): void {
      for (const [i, { outer }] of generated.phases.entries()) {
        if (only === undefined || i === only) phase(i)(64, 0, outer)
      }
    },
  }
}

/** An access over these sizes: axes lie in memory in any order, with gaps, some backwards, some all at one place. */
function anyAccess(buffer: number, sizes: readonly number[], repeats: boolean): fc.Arbitrary<Access> {
  const axes = sizes.map((_, axis) => axis)
  return fc
    .record({
      order: fc.oneof(fc.constant(axes), fc.shuffledSubarray(axes, { minLength: axes.length })),
      gaps: fc.array(fc.constantFrom(0, 0, 0, 1, 3), { minLength: axes.length, maxLength: axes.length }),
      kinds: fc.array(fc.constantFrom('on', 'on', 'on', 'on', 'back', repeats ? 'still' : 'on'), {
        minLength: axes.length,
        maxLength: axes.length,
      }),
      offset: fc.nat({ max: 3 }),
    })
    .map(({ order, gaps, kinds, offset }) => {
      const strides = sizes.map(() => 0)
      let [start, step] = [offset, 1]
      for (const axis of [...order].reverse()) {
        const [size = 1, kind = 'on'] = [sizes[axis], kinds[axis]]
        if (kind === 'still') continue
        step += gaps[axis] ?? 0
        strides[axis] = kind === 'back' ? -step : step
        if (kind === 'back') start += step * Math.max(0, size - 1)
        step *= Math.max(1, size)
      }
      return { buffer, offset: start, strides }
    })
}

const size = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 1, max: 20 }),
  fc.constantFrom(32, 49, 64),
)

/** Products of any sizes and strides. */
export const anyMatmul: fc.Arbitrary<MatmulKernel> = fc
  .record({
    dtype: fc.constantFrom('f32', 'f32', 'f64', 'i32'),
    batch: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    m: fc.oneof({ arbitrary: size, weight: 9 }, { arbitrary: fc.constant(150), weight: 1 }),
    k: fc.oneof({ arbitrary: size, weight: 9 }, { arbitrary: fc.constantFrom(400, 900), weight: 1 }),
    n: size,
  })
  .chain(({ dtype, batch, m, k, n }) =>
    fc
      .tuple(
        anyAccess(0, [...batch, m, k], true),
        anyAccess(1, [...batch, k, n], true),
        anyAccess(2, [...batch, m, n], false),
      )
      .map(([a, b, out]) => ({ kind: 'matmul', dtype, batch, m, k, n, a, b, out }) as const),
  )

/** An operand without gaps, the axis of `k` last or second to last. */
function usual(
  buffer: number,
  batch: readonly number[],
  rows: number,
  columns: number,
  turned: boolean,
): Access {
  const whole = rows * columns
  const outer = batch.map((_, axis) => batch.slice(axis + 1).reduce((step, size) => step * size, whole))
  return { buffer, offset: 0, strides: [...outer, ...(turned ? [1, rows] : [columns, 1])] }
}

/** An access that is the same all over a batch. */
function repeated(access: Access, batch: readonly number[]): Access {
  return { ...access, strides: [...batch.map(() => 0), ...access.strides] }
}

/** Products of operands without gaps, either way round, of the sizes that are computed in ways of their own. */
export const usualMatmul: fc.Arbitrary<MatmulKernel> = fc
  .record({
    dtype: fc.constantFrom('f32', 'f32', 'f64', 'i32'),
    batch: fc.constantFrom([], [], [], [3], [2, 2]),
    m: fc.constantFrom(1, 2, 3, 4, 5, 9, 49, 64, 130),
    k: fc.constantFrom(1, 7, 16, 33, 64, 256, 301, 530),
    n: fc.constantFrom(1, 2, 3, 5, 8, 10, 16, 35, 48, 65),
    turnedA: fc.boolean(),
    turnedB: fc.boolean(),
    oneB: fc.boolean(),
  })
  .map(({ dtype, batch, m, k, n, turnedA, turnedB, oneB }) => ({
    kind: 'matmul',
    dtype,
    batch,
    m,
    k,
    n,
    a: usual(0, batch, m, k, turnedA),
    b: oneB ? repeated(usual(1, [], k, n, turnedB), batch) : usual(1, batch, k, n, turnedB),
    out: usual(2, batch, m, n, false),
  }))
