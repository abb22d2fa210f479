import type { Access, ConvAxis, ConvKernel } from '@samkit/core/compiler'
import fc from 'fast-check'
import { ModuleBuilder, mathFunctions } from '../../assembler/index.ts'
import type { Features, Generate } from '../generator.ts'
import { operand } from '../generator.ts'

type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

/** Every index into a shape, in row-major order. */
function places(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (all, size) => all.flatMap((head) => Array.from({ length: size }, (_, i) => [...head, i])),
    [[]],
  )
}

const along = (strides: readonly number[], index: readonly number[]): number =>
  index.reduce((sum, i, axis) => sum + i * (strides[axis] ?? 0), 0)

/**
 * Convolution by its definition, summed in f64: what a kernel's output buffer should hold, given what it held before, and
 * for each number the sum of its terms' absolute values.
 */
export function naive(
  { n, c, o, groups, axes, x, w, out }: ConvKernel,
  [xs, ws, before]: readonly Floats[],
): { wanted: Float64Array; terms: Float64Array } {
  const wanted = Float64Array.from(before ?? [])
  const terms = new Float64Array(wanted.length)
  const [xImage = 0, xChannel = 0, ...xSpatial] = x.strides
  const [wRow = 0, wChannel = 0, ...wSpatial] = w.strides
  const [outImage = 0, outRow = 0, ...outSpatial] = out.strides
  const taps = places(axes.map((axis) => axis.kernel))
  for (const position of places(axes.map((axis) => axis.output))) {
    const met = taps.flatMap((tap) => {
      const source = axes.map(
        (a, i) => ((position[i] ?? 0) * a.stride + (tap[i] ?? 0) * a.dilation - a.low) / a.inputDilation,
      )
      const inside = source.every((s, i) => Number.isInteger(s) && s >= 0 && s < (axes[i]?.input ?? 0))
      return inside ? [[x.offset + along(xSpatial, source), w.offset + along(wSpatial, tap)] as const] : []
    })
    const place = out.offset + along(outSpatial, position)
    for (let i = 0; i < n * groups * o; i++) {
      const [image, row] = [Math.floor(i / (groups * o)), i % (groups * o)]
      const channel = Math.floor(row / o) * c
      let [sum, size] = [0, 0]
      for (const [from, by] of met) {
        for (let k = 0; k < c; k++) {
          const term =
            (xs?.[from + image * xImage + (channel + k) * xChannel] ?? Number.NaN) *
            (ws?.[by + row * wRow + k * wChannel] ?? Number.NaN)
          sum += term
          size += Math.abs(term)
        }
      }
      wanted[place + image * outImage + row * outRow] = sum
      terms[place + image * outImage + row * outRow] = size
    }
  }
  return { wanted, terms }
}

/** How many elements a buffer needs that the access touches over these sizes; the least offset is checked to be 0 or more. */
function extent({ offset, strides }: Access, sizes: readonly number[]): number {
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
function accessTo(
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

/** A convolution in two dimensions as layers have it: sizes, stride, padding on all sides, dilation and groups. */
export interface Layer {
  readonly n: number
  readonly c: number
  readonly o: number
  readonly height: number
  readonly width: number
  readonly kernel: number
  readonly stride?: number
  readonly padding?: number
  readonly dilation?: number
  readonly groups?: number
}

/**
 * The kernels of a layer's output and of both its gradients, on contiguous arrays: the gradients are convolutions of the
 * output's gradient with the mirrored weights, and of the input with the output's gradient, as the `conv` primitive states
 * them.
 */
export function layerKernels(layer: Layer): { output: ConvKernel; input: ConvKernel; kernel: ConvKernel } {
  const { n, c, o, kernel, stride = 1, padding = 0, dilation = 1, groups = 1 } = layer
  const taps = kernel * kernel
  const reach = (kernel - 1) * dilation + 1
  const sizes = [layer.height, layer.width].map((input) => ({
    input,
    output: Math.floor((input + 2 * padding - reach) / stride) + 1,
  }))
  const plane = (of: 'input' | 'output'): number => sizes.reduce((all, size) => all * size[of], 1)
  const width = (of: 'input' | 'output'): number => sizes[1]?.[of] ?? 0
  const perGroup = c / groups
  const common = { kind: 'conv', dtype: 'f32' } as const
  const inputAccess = {
    buffer: 0,
    offset: 0,
    strides: [c * plane('input'), plane('input'), width('input'), 1],
  }
  return {
    output: plain('f32', {
      n,
      c: perGroup,
      o: o / groups,
      groups,
      axes: sizes.map((size) => ({ ...size, kernel, stride, low: padding, dilation, inputDilation: 1 })),
    }),
    input: {
      ...plain('f32', {
        n,
        c: o / groups,
        o: perGroup,
        groups,
        axes: sizes.map(({ input, output }) => ({
          input: output,
          kernel,
          output: input,
          stride: 1,
          low: reach - 1 - padding,
          dilation,
          inputDilation: stride,
        })),
      }),
      // Of one group, weights are read where they lie: mirrored, input and output channels exchanged.
      ...(groups === 1 ? { w: { buffer: 1, offset: taps - 1, strides: [taps, c * taps, -kernel, -1] } } : {}),
    },
    kernel: {
      ...common,
      n: perGroup,
      c: n,
      o: o / groups,
      groups,
      axes: sizes.map(({ input, output }) => ({
        input,
        kernel: output,
        output: kernel,
        stride: dilation,
        low: padding,
        dilation: stride,
        inputDilation: 1,
      })),
      x:
        groups === 1
          ? { ...inputAccess, strides: [plane('input'), c * plane('input'), width('input'), 1] }
          : accessTo(
              0,
              [perGroup, groups * n, ...sizes.map((size) => size.input)],
              [3, 2, 1, 0],
              [false, false, false, false],
            ),
      w: {
        buffer: 1,
        offset: 0,
        strides: [plane('output'), o * plane('output'), width('output'), 1],
      },
      out: { buffer: 2, offset: 0, strides: [taps, perGroup * taps, kernel, 1] },
    },
  }
}
