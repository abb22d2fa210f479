import { bytesPerElement, sizeOf } from '@samkit/core'
import type { PrimitiveKernel } from '@samkit/core/compiler'
import { type Code, type Int, i32, type Local } from '../../assembler/index.ts'
import { type Generate, operand, phaseParameters } from '../generator.ts'
import { clearBytes } from './copy.ts'
import { type FoldAxis, pullRow } from './fold-row.ts'
import { addressOf } from './lines.ts'
import { sumOf } from './sum.ts'

interface FoldAttrs {
  readonly size: readonly number[]
  readonly stride: readonly number[]
  readonly dilation: readonly number[]
  readonly lengths: readonly number[]
}

/** The axes that windows lie along, outermost first. */
function axesOf(shape: readonly number[], { size, stride, dilation, lengths }: FoldAttrs): FoldAxis[] {
  const fixed = shape.length - 2 * size.length
  return size.map((kernel, i) => ({
    kernel,
    stride: stride[i] ?? 1,
    dilation: dilation[i] ?? 1,
    length: lengths[i] ?? 1,
    count: shape[fixed + i] ?? 1,
  }))
}

/** Most windows of the outer axes that a row is written out for, and most elements of a window along the last axis. */
const mostSources = 4
const mostKernel = 6

/**
 * Windows added back into place, one row of the result at a time. Each element is added up in f64 over the windows in
 * their order, as the reference kernel does.
 */
export const generateFold: Generate<PrimitiveKernel> = ({ inputs, attrs, output }) => {
  const [x] = inputs as readonly [PrimitiveKernel['output']]
  const { dtype } = output
  const axes = axesOf(x.shape, attrs as FoldAttrs)
  // Without an axis to fold nothing moves: that is one window of one element.
  const last = axes.at(-1) ?? { kernel: 1, stride: 1, dilation: 1, length: 1, count: 1 }
  const outerAxes = axes.slice(0, -1)
  const bytes = bytesPerElement(dtype)
  const windowSize = axes.reduce((size, { kernel }) => size * kernel, 1)
  const windows = axes.reduce((all, { count }) => all * count, 1)
  const rowsEach = outerAxes.reduce((rows, { length }) => rows * length, 1)
  const rows = sizeOf(output.shape) / Math.max(1, last.length)
  const overlap = outerAxes.reduce((most, a) => most * Math.ceil(a.kernel / a.stride), 1)
  const pulled =
    overlap <= mostSources && last.kernel <= mostKernel && axes.every(({ dilation }) => dilation === 1)
  const reach = outerAxes.reduce((sum, a) => sum * (a.kernel / a.stride), 1) * last.count * last.kernel
  const text = axes.map((a) => [a.kernel, a.stride, a.dilation, a.length, a.count].join())
  return {
    operands: [x.buffer, output.buffer, operand.private],
    workspaceBytes: 0,
    privateBytes: pulled ? 0 : last.length * 8,
    phases: [
      {
        key: `fold ${dtype} ${rows} ${text.join(' ')}`,
        outer: rows,
        grain: Math.max(1, Math.ceil(64 / (last.length * bytes))),
        cost: 0.35 * (last.length + reach),
        emit: (module) =>
          module.function('fold', phaseParameters, null, (code, table, from, to) => {
            const [source, result, scratch] = [0, 4, 8].map((place) => code.let(i32.load(table, place))) as [
              Local<'i32'>,
              Local<'i32'>,
              Local<'i32'>,
            ]
            const row = code.local('i32')
            const { type, ...sum } = sumOf(dtype)
            code.for(row, { from, to }, () => {
              const plane = code.let(i32.divU(row, rowsEach))
              const places = digits(
                code,
                row,
                outerAxes.map(({ length }) => length),
              )
              const base = code.let(addressOf(source, plane, windows * windowSize * bytes))
              const there = code.let(addressOf(result, row, last.length * bytes))
              const each = (body: (at: Local<'i32'>) => void): void =>
                eachSource(code, { axes: outerAxes, places, base, last, bytes }, body)
              if (pulled) pullRow(code, { dtype, bytes, windowSize, last, overlap, there, each })
              else pushRow(there, each)
            })

            function pushRow(there: Local<'i32'>, each: (body: (at: Local<'i32'>) => void) => void): void {
              const sumBytes = type === 'f64' ? 8 : 4
              const sums = sumOf(type === 'f64' ? 'f64' : 'i32')
              const [o, to_, at] = [code.local('i32'), code.local('i32'), code.local('i32')]
              code.set(at, scratch)
              clearBytes(code, at, last.length * sumBytes)
              each((window) => {
                code.set(to_, scratch)
                code.for(o, { from: 0, to: last.count }, () => {
                  const k = code.let(i32.const(0))
                  code.set(at, to_)
                  code.for(k, { from: 0, to: last.kernel }, () => {
                    code.run(sums.write(at, sums.add(sums.read(at), sum.read(addressOf(window, k, bytes)))))
                    code.increase(at, last.dilation * sumBytes)
                  })
                  code.increase(to_, last.stride * sumBytes)
                  code.increase(window, windowSize * bytes)
                })
              })
              code.for(o, { from: 0, to: last.length }, () => {
                code.run(sum.write(addressOf(there, o, bytes), sums.read(addressOf(scratch, o, sumBytes))))
              })
            }
          }),
      },
    ],
  }
}

/** The places along axes of these sizes that a row-major number stands for, whatever stands before them. */
function digits(code: Code, number: Int, sizes: readonly number[]): Local<'i32'>[] {
  const rest = code.let(i32.add(number, 0))
  return [...sizes]
    .reverse()
    .map((size) => {
      const digit = code.let(i32.remU(rest, size))
      code.set(rest, i32.divU(rest, size))
      return digit
    })
    .reverse()
}

interface Sources {
  readonly axes: readonly FoldAxis[]
  /** Where along the axes the row lies. */
  readonly places: readonly Local<'i32'>[]
  /** Where the windows of the plane begin. */
  readonly base: Local<'i32'>
  readonly last: FoldAxis
  readonly bytes: number
}

/** Visits every row of windows that reaches the row of the result, in order: the address of its first one's part. */
function eachSource(
  code: Code,
  { axes, places, base, last, bytes }: Sources,
  body: (at: Local<'i32'>) => void,
): void {
  const windowSize = axes.reduce((size, { kernel }) => size * kernel, last.kernel)
  const visit = (depth: number, at: Local<'i32'>): void => {
    const axis = axes[depth]
    const place = places[depth]
    if (axis === undefined || place === undefined) {
      body(code.let(i32.add(at, 0)))
      return
    }
    const inside = axes.slice(depth + 1)
    const each = inside.reduce((count, a) => count * a.count, last.count * windowSize) * bytes
    const part = inside.reduce((count, a) => count * a.kernel, last.kernel) * bytes
    const { kernel, stride, dilation, count } = axis
    const reach = (kernel - 1) * dilation
    // The first window that ends at this place or behind it, and the last that begins there or before.
    const [o, most] = [code.local('i32'), code.local('i32')]
    code.set(o, i32.const(0))
    code.if(i32.gtS(place, reach), () =>
      code.set(o, i32.divU(i32.add(i32.sub(place, reach), stride - 1), stride)),
    )
    code.set(most, i32.add(i32.divU(place, stride), 1))
    code.if(i32.gtS(most, count), () => code.set(most, i32.const(count)))
    code.for(o, { to: most }, () => {
      const within = code.let(i32.sub(place, i32.mul(o, stride)))
      const enter = (k: Int): void => {
        const next = code.let(i32.add(at, i32.add(i32.mul(o, each), i32.mul(k, part))))
        visit(depth + 1, next)
      }
      if (dilation === 1) enter(within)
      else code.if(i32.eqz(i32.remU(within, dilation)), () => enter(i32.divU(within, dilation)))
    })
  }
  visit(0, base)
}
