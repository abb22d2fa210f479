import { allocate, bytesPerElement, type DType, type TypedArray } from '@samkit/core'
import { type Buffer, type FusedKernel, interpretProgram } from '@samkit/core/compiler'
import { ModuleBuilder } from '../../assembler/index.ts'
import { mathImports } from '../../runtime/imports.ts'
import { type Features, operand } from '../generator.ts'
import { generateFused } from './fused.ts'

/** A buffer of a kernel under test: given data, or room for a number of results. */
export type TestBuffer = { readonly dtype: DType } & (
  | { readonly data: readonly number[] }
  | { readonly size: number }
)

const plain: Features = { relaxedSimd: false, sharedMemory: false }

function arrayOf(buffer: TestBuffer): TypedArray {
  if (!('data' in buffer)) return allocate(buffer.dtype, buffer.size)
  const array = allocate(buffer.dtype, buffer.data.length)
  array.set(buffer.data)
  return array
}

const bytesOf = (array: TypedArray): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/**
 * The buffers after generated code ran the kernel on them, in pieces that end at `cuts`. Every buffer ends where memory
 * that must not be written begins, and what is not data begins as bytes of 255.
 */
export function runFused(
  kernel: FusedKernel,
  buffers: readonly TestBuffer[],
  cuts: readonly number[] = [],
  features: Features = plain,
): TypedArray[] {
  const { operands, phases, privateBytes = 0, workspaceBytes } = generateFused(kernel, features)
  const arrays = buffers.map(arrayOf)
  let end = 64 + 4 * operands.length
  const reserve = (bytes: number): number => {
    const start = Math.ceil(end / 64) * 64
    end = start + bytes + 64
    return start
  }
  const starts = arrays.map((array) => reserve(array.byteLength))
  const [own, shared] = [reserve(privateBytes), reserve(workspaceBytes)]
  const pages = Math.ceil(end / 65536)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const bytes = new Uint8Array(memory.buffer).fill(255)
  for (const [i, array] of arrays.entries()) {
    if ('data' in (buffers[i] as TestBuffer)) bytes.set(bytesOf(array), starts[i])
  }
  const table = new Int32Array(memory.buffer, 0, operands.length)
  for (const [i, buffer] of operands.entries()) {
    table[i] = buffer === operand.private ? own : buffer === operand.workspace ? shared : starts[buffer]!
  }
  const untouched = bytes.slice()
  const module = new ModuleBuilder({ shared: false, maxPages: pages })
  for (const [i, phase] of phases.entries()) module.export(`phase${i}`, phase.emit(module))
  const compiled = new WebAssembly.Module(module.finish())
  const { exports } = new WebAssembly.Instance(compiled, {
    samkit: { memory },
    math: mathImports(),
  })
  for (const [i, { outer }] of phases.entries()) {
    const run = exports[`phase${i}`] as (table: number, from: number, to: number) => void
    const inside = i === phases.length - 1 ? cuts.filter((cut) => cut > 0 && cut < outer) : []
    const ends = [...new Set([0, ...inside, outer])].sort((a, b) => a - b)
    for (let part = ends.length - 2; part >= 0; part--) run(0, ends[part]!, ends[part + 1]!)
  }
  arrays.forEach((array, i) => {
    bytesOf(array).set(bytes.subarray(starts[i]!, starts[i]! + array.byteLength))
    untouched.set(bytesOf(array), starts[i]!)
  })
  untouched.set(bytes.subarray(own, own + privateBytes), own)
  untouched.set(bytes.subarray(shared, shared + workspaceBytes), shared)
  const stray = untouched.findIndex((byte, i) => byte !== bytes[i])
  if (stray >= 0) throw new Error(`byte ${stray} was written, which is in no buffer`)
  return arrays
}

/** What the buffers without data hold after the kernel, by the interpreter. */
export function interpretFused(kernel: FusedKernel, buffers: readonly TestBuffer[]): TypedArray[] {
  const inputs = buffers.flatMap((buffer) => ('data' in buffer ? [arrayOf(buffer)] : []))
  let [input, output] = [0, 0]
  const own = buffers.map((buffer): Buffer => {
    const array = arrayOf(buffer)
    const size = array.byteLength / bytesPerElement(buffer.dtype)
    return 'data' in buffer
      ? { dtype: buffer.dtype, size, kind: 'input', input: input++ }
      : { dtype: buffer.dtype, size, kind: 'output', output: output++ }
  })
  return interpretProgram(
    {
      buffers: own,
      tasks: [
        { kernels: [kernel], parts: 1, barrier: true, workspaces: [null], guards: [null], steps: [[]] },
      ],
      scratchBytes: 0,
      peakBytes: 0,
      inputCount: inputs.length,
      outputs: own.flatMap((buffer, i) => (buffer.kind === 'output' ? [i] : [])),
    },
    inputs,
  )
}
