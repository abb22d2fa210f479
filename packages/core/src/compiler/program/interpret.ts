import { allocate, bytesPerElement, type DType, type HostArray, type TypedArray } from '../../graph/dtype.ts'
import type { Primitive } from '../../graph/tensor.ts'
import { primitives } from '../../ops/table.ts'
import type { ConvKernel, FusedKernel, Instruction, Kernel, MatmulKernel, PrimitiveKernel } from './kernel.ts'
import { along, digitsOf, placeOf } from './places.ts'
import type { Buffer, Program, Task } from './program.ts'
import { outerOf } from './renumber.ts'
import { spoil } from './spoil.ts'

const byName = new Map<string, Primitive>(primitives.map((primitive) => [primitive.name, primitive]))

/**
 * Runs a program in plain loops and with the reference kernels: what its kernels mean, one instruction at a time, each
 * rounded to its dtype. Slow; the measure that tests hold lowering and compiling backends to. Scratch is one block, as on
 * a backend; tasks between two barriers run in reverse, and each task in up to `splits` shares one after another, the
 * last first. A kernel that its guard skips leaves NaN. So a wrong memory plan or guard, or a missing barrier, gives wrong
 * numbers.
 */
export function interpretProgram(
  program: Program,
  inputs: readonly TypedArray[],
  { splits = 3 }: { readonly splits?: number } = {},
): TypedArray[] {
  const scratch = new ArrayBuffer(program.scratchBytes)
  // NaN in f32 and f64, no likely number in i32: what is read before it is written shows.
  new Uint8Array(scratch).fill(0xff)
  const outputs: TypedArray[] = []
  const memory = program.buffers.map((buffer) => {
    if (buffer.kind === 'input') return inputs[buffer.input] ?? missing(`input ${buffer.input}`)
    if (buffer.kind === 'scratch') return scratchView(scratch, buffer)
    const output = allocate(buffer.dtype, buffer.size).fill(Number.NaN)
    outputs[buffer.output] = output
    return output
  })
  const levels: Task[][] = []
  for (const task of program.tasks) {
    const level = levels.at(-1)
    if (task.barrier || level === undefined) levels.push([task])
    else level.push(task)
  }
  for (const task of levels.flatMap((level) => level.reverse())) runTask(task, memory, splits)
  return outputs
}

const none = new Uint8Array(0)

function missing(what: string): never {
  throw new Error(`samkit: a program was run without ${what}`)
}

function scratchView(
  scratch: ArrayBuffer,
  { dtype, size, start }: Extract<Buffer, { kind: 'scratch' }>,
): TypedArray {
  if (size * bytesPerElement(dtype) === 0) return allocate(dtype, 0)
  switch (dtype) {
    case 'f32':
      return new Float32Array(scratch, start, size)
    case 'f64':
      return new Float64Array(scratch, start, size)
    case 'i32':
      return new Int32Array(scratch, start, size)
    case 'bool':
      return new Uint8Array(scratch, start, size)
  }
}

function runTask({ kernels, guards, parts }: Task, memory: readonly TypedArray[], splits: number): void {
  const shares = Math.max(1, Math.min(parts, splits))
  for (let share = shares - 1; share >= 0; share--) {
    const first = Math.floor((share * parts) / shares)
    const last = Math.floor(((share + 1) * parts) / shares)
    for (const [i, kernel] of kernels.entries()) {
      const each = outerOf(kernel) / parts
      const guard = guards[i] ?? null
      const isOn = guard === null || (memory[guard.buffer]?.[guard.offset] !== 0) === guard.sense
      const work = isOn ? run : spoil
      work(kernel, memory, first * each, last * each)
    }
  }
}

function run(kernel: Kernel, memory: readonly TypedArray[], from: number, to: number): void {
  if (from === to) return
  switch (kernel.kind) {
    case 'fused':
      runFused(kernel, memory, from, to)
      break
    case 'matmul':
      runMatmul(kernel, memory, from, to)
      break
    case 'conv':
      runConv(kernel, memory, from, to)
      break
    case 'primitive':
      runPrimitive(kernel, memory)
      break
  }
}

function runFused(kernel: FusedKernel, memory: readonly TypedArray[], from: number, to: number): void {
  const { kept, reduced, body, stores } = kernel
  const inner = reduced.reduce((product, n) => product * n, 1)
  const rows = to - from
  const sizes = [...kept, ...reduced]
  const columns = ({ level }: Instruction): number => (level === 'row' ? 1 : inner)
  const places = (line: Instruction): number[][] =>
    Array.from({ length: rows * columns(line) }, (_, i) =>
      digitsOf((from + Math.floor(i / columns(line))) * inner + (i % columns(line)), sizes),
    )
  const lines: HostArray[] = []
  for (const line of body) {
    const shape = [rows, columns(line)]
    const data = allocate(line.dtype, rows * columns(line))
    switch (line.op) {
      case 'constant':
        data.fill(line.value)
        break
      case 'index':
        places(line).forEach((digits, i) => {
          data[i] = line.offset + along(line.strides, digits)
        })
        break
      case 'load': {
        const source = memory[line.access.buffer] ?? missing(`buffer ${line.access.buffer}`)
        places(line).forEach((digits, i) => {
          const at = placeOf(line.access, digits)
          if (at >= source.length)
            throw new RangeError(`samkit: a kernel reads element ${at} of ${source.length}`)
          data[i] = at < 0 ? (line.access.fill ?? 0) : (source[at] ?? 0)
        })
        break
      }
      case 'apply':
      case 'reduce': {
        const primitive = byName.get(line.name) ?? missing(`the primitive ${line.name}`)
        const args = (line.op === 'apply' ? line.args : [line.arg]).map(
          (arg) => lines[arg] ?? missing('a line'),
        )
        const whole =
          line.level === 'row' && line.op === 'apply' ? args : args.map((arg) => repeated(arg, inner))
        const attrs = line.op === 'reduce' ? { axes: [1], keepDims: true } : { dtype: line.dtype }
        data.set(primitive.reference(whole, attrs, { shape, dtype: line.dtype }))
        break
      }
    }
    lines.push({ shape, dtype: line.dtype, data })
  }
  for (const { value, access } of stores) {
    const target = memory[access.buffer] ?? missing(`buffer ${access.buffer}`)
    const { data } = lines[value] ?? missing('a line')
    places(body[value] ?? missing('a line')).forEach((digits, i) => {
      const at = placeOf(access, digits)
      if (at < 0 || at >= target.length)
        throw new RangeError(`samkit: a kernel writes element ${at} of ${target.length}`)
      target[at] = data[i] ?? 0
    })
  }
}

/** Rows as elements: what a reduction of a row runs over. */
function repeated(x: HostArray, inner: number): HostArray {
  const [rows = 1, columns = 1] = x.shape
  if (columns === inner) return x
  const data = allocate(x.dtype, rows * inner)
  for (let i = 0; i < data.length; i++) data[i] = x.data[Math.floor(i / inner)] ?? 0
  return { shape: [rows, inner], dtype: x.dtype, data }
}

function multiplierOf(dtype: DType): (x: number, y: number) => number {
  return dtype === 'i32' ? Math.imul : (x, y) => x * y
}

function runMatmul(
  { dtype, batch, m, k, n, a, b, out }: MatmulKernel,
  memory: readonly TypedArray[],
  from: number,
  to: number,
): void {
  const [x = none, y = none, z = none] = [a, b, out].map(
    ({ buffer }) => memory[buffer] ?? missing(`buffer ${buffer}`),
  )
  const multiply = multiplierOf(dtype)
  const rank = batch.length
  const [aInner = 0, bInner = 0] = [a.strides[rank + 1], b.strides[rank]]
  for (let row = from; row < to; row++) {
    const digits = digitsOf(row, [...batch, m])
    for (let j = 0; j < n; j++) {
      const left = placeOf(a, [...digits, 0])
      const right = placeOf(b, [...digits.slice(0, rank), 0, j])
      let total = 0
      for (let l = 0; l < k; l++) total += multiply(x[left + l * aInner] ?? 0, y[right + l * bInner] ?? 0)
      z[placeOf(out, [...digits, j])] = total
    }
  }
}

function runConv(kernel: ConvKernel, memory: readonly TypedArray[], from: number, to: number): void {
  const { c, o, groups, axes, x, w, out } = kernel
  const [input = none, weights = none, target = none] = [x, w, out].map(
    ({ buffer }) => memory[buffer] ?? missing(`buffer ${buffer}`),
  )
  const outputs = axes.map((axis) => axis.output)
  const taps = axes.map((axis) => axis.kernel)
  const size = (list: readonly number[]): number => list.reduce((product, n) => product * n, 1)
  for (let n = from; n < to; n++) {
    for (let channel = 0; channel < groups * o; channel++) {
      const first = Math.floor(channel / o) * c
      for (let position = 0; position < size(outputs); position++) {
        const at = digitsOf(position, outputs)
        let total = 0
        for (let tap = 0; tap < size(taps); tap++) {
          const by = digitsOf(tap, taps)
          const place = axes.map(
            ({ stride, dilation, low, inputDilation }, i) =>
              ((at[i] ?? 0) * stride + (by[i] ?? 0) * dilation - low) / inputDilation,
          )
          if (!place.every((p, i) => Number.isInteger(p) && p >= 0 && p < (axes[i]?.input ?? 0))) continue
          for (let i = 0; i < c; i++) {
            total +=
              (weights[placeOf(w, [channel, i, ...by])] ?? 0) *
              (input[placeOf(x, [n, first + i, ...place])] ?? 0)
          }
        }
        target[placeOf(out, [n, channel, ...at])] = total
      }
    }
  }
}

function runPrimitive(
  { primitive, attrs, inputs, output }: PrimitiveKernel,
  memory: readonly TypedArray[],
): void {
  const arrays = inputs.map(({ buffer, shape, dtype }) => ({
    shape,
    dtype,
    data: memory[buffer] ?? missing(`buffer ${buffer}`),
  }))
  memory[output.buffer]?.set(primitive.reference(arrays, attrs, output))
}
