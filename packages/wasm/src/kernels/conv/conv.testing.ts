import type { Access, ConvAxis, ConvKernel } from '@samkit/core/compiler'
import fc from 'fast-check'
import { ModuleBuilder, mathFunctions } from '../../assembler/index.ts'
import type { Features, Generate } from '../generator.ts'
import { operand } from '../generator.ts'

type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

/** Convolution by its definition, summed in f64: what a kernel's output buffer should hold, and what it should leave alone. */
export function naive(
  { n, c, o, groups, axes, x, w, out }: ConvKernel,
  [xs, ws, before]: readonly Floats[],
): Floats {
  const result = (before as Floats).slice()
  const at = (access: Access, index: readonly number[]): number =>
    index.reduce((sum, i, axis) => sum + i * (access.strides[axis] ?? 0), access.offset)
  const places = (sizes: readonly number[]): number[][] =>
    sizes.reduce<number[][]>(
      (all, size) => all.flatMap((head) => Array.from({ length: size }, (_, i) => [...head, i])),
      [[]],
    )
  const taps = places([c, ...axes.map((axis) => axis.kernel)])
  for (const [image = 0, group = 0, feature = 0, ...position] of places([
    n,
    groups,
    o,
    ...axes.map((a) => a.output),
  ])) {
    let sum = 0
    for (const [channel = 0, ...tap] of taps) {
      const source = axes.map(
        (a, i) => ((position[i] ?? 0) * a.stride + (tap[i] ?? 0) * a.dilation - a.low) / a.inputDilation,
      )
      if (!source.every((s, i) => Number.isInteger(s) && s >= 0 && s < (axes[i]?.input ?? 0))) continue
      const value = xs?.[at(x, [image, group * c + channel, ...source])] ?? Number.NaN
      sum += value * (ws?.[at(w, [group * o + feature, channel, ...tap])] ?? Number.NaN)
    }
    result[at(out, [image, group * o + feature, ...position])] = sum
  }
  return result
}

/** How many elements a buffer needs that the access touches over these sizes; the least offset is checked to be 0 or more. */
export function extent({ offset, strides }: Access, sizes: readonly number[]): number {
  const ends = strides.map((stride, axis) => stride * Math.max(0, (sizes[axis] ?? 1) - 1))
  const least = ends.reduce((sum, end) => sum + Math.min(0, end), offset)
  if (least < 0) throw new Error(`an access that begins at ${least}`)
  return ends.reduce((sum, end) => sum + Math.max(0, end), offset) + 1
}

const sizesOf = ({ n, c, o, groups, axes }: ConvKernel) => ({
  x: [n, groups * c, ...axes.map((axis) => axis.input)],
  w: [groups * o, c, ...axes.map((axis) => axis.kernel)],
  out: [n, groups * o, ...axes.map((axis) => axis.output)],
})

/** Buffers for a kernel, filled from a seed with numbers around 0. */
export function buffersFor(kernel: ConvKernel, seed: number): Floats[] {
  let state = seed | 1
  const next = (): number => {
    state = Math.imul(state, 1664525) + 1013904223
    return state / 2 ** 31
  }
  const sizes = sizesOf(kernel)
  return [extent(kernel.x, sizes.x), extent(kernel.w, sizes.w), extent(kernel.out, sizes.out)].map((length) =>
    (kernel.dtype === 'f64' ? new Float64Array(length) : new Float32Array(length)).map(next),
  )
}

/** A kernel compiled on a memory of its own, with scratch that starts out full of NaN. */
export function compiled(
  generate: Generate<ConvKernel>,
  kernel: ConvKernel,
  buffers: readonly Floats[],
  features: Features = { relaxedSimd: false, sharedMemory: false },
) {
  const generated = generate(kernel, features)
  let end = 1024
  const reserve = (bytes: number): number => {
    const start = Math.ceil(end / 64) * 64
    end = start + bytes + 64
    return start
  }
  const starts = buffers.map((buffer) => reserve(buffer.byteLength))
  const workspace = reserve(generated.workspaceBytes)
  const own = reserve(generated.privateBytes ?? 0)
  const pages = Math.ceil(end / 65536) + 1
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const module = new ModuleBuilder({ shared: false, maxPages: pages })
  for (const [i, phase] of generated.phases.entries()) module.export(`phase${i}`, phase.emit(module))
  const math = Object.fromEntries(mathFunctions.map((name) => [name, () => 0]))
  const bytes = module.finish()
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { samkit: { memory }, math })
  const address = (number: number): number =>
    number === operand.workspace ? workspace : number === operand.private ? own : (starts[number] ?? 0)
  new Float32Array(memory.buffer).fill(Number.NaN)
  new Int32Array(memory.buffer, 64, generated.operands.length).set(generated.operands.map(address))
  for (const [i, buffer] of buffers.entries())
    new Uint8Array(memory.buffer).set(new Uint8Array(buffer.buffer), starts[i])
  return {
    generated,
    bytes: bytes.length,
    /** Runs the phases, each in pieces that begin at these fractions of it. */
    run(cuts: readonly number[] = []): void {
      for (const [i, { outer, grain }] of generated.phases.entries()) {
        const places = cuts.map((cut) => Math.floor((cut * outer) / grain) * grain)
        const edges = [0, ...places.sort((a, b) => a - b), outer]
        const phase = exports[`phase${i}`] as (table: number, from: number, to: number) => void
        for (let piece = 1; piece < edges.length; piece++) {
          // What a thread finds in its private scratch is of no account.
          new Uint8Array(memory.buffer, own, generated.privateBytes ?? 0).fill(0xff)
          if ((edges[piece] ?? 0) > (edges[piece - 1] ?? 0))
            phase(64, edges[piece - 1] ?? 0, edges[piece] ?? 0)
        }
      }
    },
    /** Runs the phases without any care for scratch: what is timed. */
    repeat(): void {
      for (const [i, { outer }] of generated.phases.entries()) {
        ;(exports[`phase${i}`] as (table: number, from: number, to: number) => void)(64, 0, outer)
      }
    },
    read(buffer: number): Floats {
      const like = buffers[buffer] as Floats
      return like instanceof Float64Array
        ? new Float64Array(memory.buffer, starts[buffer], like.length).slice()
        : new Float32Array(memory.buffer, starts[buffer], like.length).slice()
    },
  }
}

/** An access to an array of these sizes whose axes lie in any order, some backwards, with room between. */
export function accessTo(
  buffer: number,
  sizes: readonly number[],
  order: readonly number[],
  flips: readonly boolean[],
): Access {
  const strides = sizes.map(() => 0)
  let [step, offset] = [1, 0]
  for (const axis of order) {
    strides[axis] = flips[axis] ? -step : step
    if (flips[axis]) offset += step * ((sizes[axis] ?? 1) - 1)
    step *= sizes[axis] ?? 1
  }
  return { buffer, offset, strides }
}

const plainOrder = (sizes: readonly number[]): number[] => sizes.map((_, i) => sizes.length - 1 - i)

/** A kernel from sizes, on contiguous arrays. */
export function plain(
  dtype: 'f32' | 'f64',
  { n, c, o, groups, axes }: Pick<ConvKernel, 'n' | 'c' | 'o' | 'groups' | 'axes'>,
): ConvKernel {
  const sizes = sizesOf({ n, c, o, groups, axes } as ConvKernel)
  const access = (buffer: number, of: readonly number[]) =>
    accessTo(
      buffer,
      of,
      plainOrder(of),
      of.map(() => false),
    )
  return {
    kind: 'conv',
    dtype,
    n,
    c,
    o,
    groups,
    axes,
    x: access(0, sizes.x),
    w: access(1, sizes.w),
    out: access(2, sizes.out),
  }
}

const anyAxis = (long: number): fc.Arbitrary<ConvAxis> =>
  fc
    .record({
      input: fc.integer({ min: 1, max: long }),
      kernel: fc.integer({ min: 1, max: 5 }),
      stride: fc.integer({ min: 1, max: 3 }),
      low: fc.integer({ min: -2, max: 4 }),
      high: fc.integer({ min: -2, max: 4 }),
      dilation: fc.integer({ min: 1, max: 3 }),
      inputDilation: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ high, ...axis }) => {
      const room = (axis.input - 1) * axis.inputDilation + 1 + axis.low + high
      const reach = (axis.kernel - 1) * axis.dilation + 1
      return { ...axis, output: Math.floor((room - reach) / axis.stride) + 1 }
    })
    .filter((axis) => axis.output >= 1)

/** Convolutions of every form: strides, gaps, negative padding, groups, permuted and mirrored arrays, 1 to 3 axes. */
export const anyConv: fc.Arbitrary<ConvKernel> = fc
  .oneof(
    { weight: 2, arbitrary: fc.tuple(anyAxis(24)) },
    { weight: 5, arbitrary: fc.tuple(anyAxis(8), anyAxis(14)) },
    { weight: 1, arbitrary: fc.tuple(anyAxis(3), anyAxis(4), anyAxis(6)) },
  )
  .chain((axes) =>
    fc.record({
      dtype: fc.constantFrom('f32' as const, 'f64' as const),
      axes: fc.constant(axes),
      n: fc.integer({ min: 1, max: 6 }),
      c: fc.integer({ min: 1, max: 4 }),
      o: fc.integer({ min: 1, max: 6 }),
      groups: fc.constantFrom(1, 1, 1, 2, 3),
      permuted: fc.boolean(),
      orders: fc.array(
        fc.shuffledSubarray(
          Array.from({ length: axes.length + 2 }, (_, i) => i),
          {
            minLength: axes.length + 2,
            maxLength: axes.length + 2,
          },
        ),
        { minLength: 3, maxLength: 3 },
      ),
      flips: fc.array(fc.boolean(), { minLength: 3 * (axes.length + 2), maxLength: 3 * (axes.length + 2) }),
    }),
  )
  .map(({ permuted, orders, flips, dtype, ...sizes }) => {
    const kernel = plain(dtype, sizes)
    if (!permuted) return kernel
    const of = sizesOf(kernel)
    const access = (buffer: number, shape: readonly number[]) =>
      accessTo(buffer, shape, orders[buffer] ?? [], flips.slice(buffer * shape.length))
    return { ...kernel, x: access(0, of.x), w: access(1, of.w), out: access(2, of.out) }
  })
