import {
  allocate,
  bytesPerElement,
  type DType,
  fromHostArray,
  type HostArray,
  type Primitive,
  type Shape,
  sizeOf,
  type TypedArray,
} from '@samkit/core'
import type { PrimitiveKernel } from '@samkit/core/compiler'
import fc from 'fast-check'
import { expect } from 'vitest'
import { ModuleBuilder, mathFunctions } from '../../assembler/index.ts'
import { failureBytes } from '../failure.ts'
import { operand } from '../generator.ts'
import { generatePrimitive } from './index.ts'

/** One use of a primitive. */
export interface Use {
  readonly inputs: readonly HostArray[]
  readonly attrs: object
}

/** Numbers with a shape and a dtype. */
export function hostArray(dtype: DType, shape: Shape, values: ArrayLike<number>): HostArray {
  const data = allocate(dtype, values.length)
  data.set(values)
  return { dtype, shape, data }
}

/** The kernel of a primitive, with buffers counted from 0: inputs, then the output. */
export function kernelOf(primitive: Primitive, { inputs, attrs }: Use): PrimitiveKernel {
  const output = primitive.infer(
    inputs.map((input) => fromHostArray(input)),
    attrs,
  )
  return {
    kind: 'primitive',
    primitive,
    attrs,
    inputs: inputs.map(({ dtype, shape }, buffer) => ({ dtype, shape, buffer })),
    output: { ...output, buffer: inputs.length },
  }
}

/** A kernel compiled on a memory of its own; everything but its inputs starts out as bytes of 255. */
export function compiled(primitive: Primitive, use: Use) {
  const kernel = kernelOf(primitive, use)
  const generated = generatePrimitive(kernel, { relaxedSimd: false, sharedMemory: false })
  if (generated === null) throw new Error(`no kernel for ${primitive.name}`)
  const { dtype, shape } = kernel.output
  let end = 1024
  const reserve = (bytes: number): number => {
    const start = Math.ceil(end / 64) * 64 + 64
    end = start + bytes
    return start
  }
  const starts = use.inputs.map(({ data }) => reserve(data.byteLength))
  const outputBytes = sizeOf(shape) * bytesPerElement(dtype)
  starts.push(reserve(outputBytes))
  const workspace = reserve(generated.workspaceBytes)
  const own = reserve(generated.privateBytes ?? 0)
  const failure = reserve(failureBytes)
  const pages = Math.ceil((end + 64) / 65536)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const module = new ModuleBuilder({ shared: false, maxPages: pages })
  for (const [i, phase] of generated.phases.entries()) module.export(`phase${i}`, phase.emit(module))
  const math = Object.fromEntries(mathFunctions.map((name) => [name, () => 0]))
  const bytes = module.finish()
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { samkit: { memory }, math })
  const all = new Uint8Array(memory.buffer)
  const special: Readonly<Record<number, number>> = {
    [operand.workspace]: workspace,
    [operand.private]: own,
    [operand.failure]: failure,
  }
  const prepare = (): void => {
    all.fill(255)
    all.fill(0, failure, failure + failureBytes)
    new Int32Array(memory.buffer, 64, generated.operands.length).set(
      generated.operands.map((number) => special[number] ?? starts[number] ?? -1),
    )
    for (const [i, { data }] of use.inputs.entries())
      all.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), starts[i])
  }
  const phases = generated.phases.map(
    (phase, i) => [phase, exports[`phase${i}`] as (table: number, from: number, to: number) => void] as const,
  )
  const start = starts.at(-1) ?? 0
  prepare()
  return {
    generated,
    codeBytes: bytes.length,
    /** Runs the phases, each in pieces that begin at these fractions of it, the last piece first. */
    run(cuts: readonly number[] = []): TypedArray {
      prepare()
      const before = all.slice()
      for (const [{ outer, grain }, phase] of phases) {
        const places = cuts.map((cut) => Math.floor((cut * outer) / grain) * grain)
        const edges = [0, ...places.sort((a, b) => a - b), outer]
        for (let piece = edges.length - 1; piece > 0; piece--) {
          const [from = 0, to = 0] = edges.slice(piece - 1, piece + 1)
          all.fill(255, own, own + (generated.privateBytes ?? 0))
          if (to > from) phase(64, from, to)
        }
      }
      // Nothing is written beside what the kernel was given.
      const mine: [number, number][] = [
        [start, outputBytes],
        [workspace, generated.workspaceBytes],
        [own, generated.privateBytes ?? 0],
        [failure, failureBytes],
      ]
      const after = all.slice()
      for (const [at, size] of mine) for (const part of [before, after]) part.fill(0, at, at + size)
      expect(Buffer.compare(before, after), 'memory beside the output').toBe(0)
      const result = allocate(dtype, sizeOf(shape))
      new Uint8Array(result.buffer).set(all.subarray(start, start + outputBytes))
      return result
    },
    /** Runs the phases without any care: what is timed. */
    repeat(): void {
      for (const [{ outer }, phase] of phases) phase(64, 0, outer)
    },
    /** What was reported: the place and the value; null where nothing was. */
    failed(): { readonly place: number; readonly value: number } | null {
      const [place = 0, value = 0] = new Int32Array(memory.buffer, failure, 2)
      return place === 0 ? null : { place: place - 1, value }
    },
  }
}

/** Holds a kernel to the reference kernel, bit for bit (any NaN is as good as another), split as told. */
export function expectReference(primitive: Primitive, use: Use, cuts: readonly number[] = []): void {
  const { output } = kernelOf(primitive, use)
  const wanted = primitive.reference(use.inputs, use.attrs, output)
  const got = compiled(primitive, use).run(cuts)
  const wrong = wanted.findIndex((value, i) => !Object.is(value, got[i]))
  if (wrong < 0 && got.length === wanted.length) return
  const shapes = use.inputs.map((input) => `${input.dtype}[${input.shape.join()}]`).join(' ')
  expect(`${shapes} ${JSON.stringify(use.attrs)} at ${wrong}: ${got[wrong]}`).toBe(
    `${shapes} ${JSON.stringify(use.attrs)} at ${wrong}: ${wanted[wrong]}`,
  )
}

/** Where to cut a phase. */
export const anyCuts: fc.Arbitrary<number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  maxLength: 3,
})

const floats = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, 1e-42, 3e38, -1e300) },
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 4, arbitrary: fc.double({ min: -10, max: 10, noNaN: true }) },
)
const whole = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer())

/** An array with ties, zeros of both signs, infinities and NaN. */
export function anyArray(dtype: DType, shape: Shape): fc.Arbitrary<HostArray> {
  const length = sizeOf(shape)
  const number = dtype === 'bool' ? fc.integer({ min: 0, max: 1 }) : dtype === 'i32' ? whole : floats
  return fc
    .array(number, { minLength: length, maxLength: length })
    .map((values) => hostArray(dtype, shape, values))
}

/** A long array of finite numbers around 0 from a seed: what drawing one by one takes too long for. */
export function longArray(dtype: DType, shape: Shape, seed: number): HostArray {
  let state = seed | 1
  const values = Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    const value = state / 2 ** 29
    if (dtype === 'bool') return Number(value > 0)
    return dtype === 'i32' ? Math.round(value * 3) : value
  })
  return hostArray(dtype, shape, values)
}
