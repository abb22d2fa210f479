import type { DType } from '@samkit/core'
import type { Access, Bound, FusedKernel, Instruction, Store } from '@samkit/core/compiler'
import fc from 'fast-check'
import type { TestBuffer } from './run-fused.testing.ts'

/** A kernel and what it runs on. */
export interface Case {
  readonly kernel: FusedKernel
  readonly buffers: readonly TestBuffer[]
  readonly cuts: readonly number[]
}

/** What bodies are made of: names of primitives by the dtype they take. */
export interface Vocabulary {
  readonly dtypes: readonly DType[]
  readonly unary: Partial<Record<DType, readonly string[]>>
  readonly binary: Partial<Record<DType, readonly string[]>>
  readonly reduces: readonly ('sum' | 'max' | 'min')[]
  readonly value: (dtype: DType) => fc.Arbitrary<number>
  /** Whether every load reads each place once, of a buffer that holds nothing else. Default: any access. */
  readonly dense?: boolean
}

const relations = ['eq', 'lt', 'le']

/** Random kernels: any axes, strides and padding, bodies of up to `length` computed lines, every last value stored. */
export function fusedCase(words: Vocabulary, length = 8): fc.Arbitrary<Case> {
  return fc
    .record({
      kept: fc.array(fc.integer({ min: 1, max: 11 }), { maxLength: 3 }),
      reduced: fc.array(fc.integer({ min: 1, max: 19 }), { maxLength: 2 }),
      cuts: fc.array(fc.nat(300), { maxLength: 3 }),
      loads: fc.integer({ min: 1, max: 3 }),
    })
    .filter(({ kept, reduced }) => [...kept, ...reduced].reduce((a, b) => a * b, 1) <= 4000)
    .chain((shape) => fc.gen().map((gen) => build(words, length, shape, gen)))
}

type Gen = <T>(arbitrary: fc.Arbitrary<T>) => T

function build(
  words: Vocabulary,
  length: number,
  shape: { kept: number[]; reduced: number[]; cuts: number[]; loads: number },
  generator: fc.GeneratorValue,
): Case {
  const gen: Gen = (arbitrary) => generator(() => arbitrary)
  const { kept, reduced, cuts } = shape
  const sizes = [...kept, ...reduced]
  const all: 'row' | 'element' = reduced.length === 0 ? 'element' : 'row'
  const body: Instruction[] = []
  const buffers: TestBuffer[] = []
  const levelOf = (lists: readonly (readonly number[])[]): 'row' | 'element' =>
    lists.every((list) => list.slice(kept.length).every((s) => s === 0)) ? all : 'element'

  for (let i = 0; i < shape.loads; i++) {
    const dtype = gen(fc.constantFrom(...words.dtypes))
    const access = words.dense
      ? denseAccess(gen, sizes, buffers.length)
      : accessOf(gen, sizes, buffers.length)
    const palette = gen(fc.array(words.value(dtype), { minLength: 17, maxLength: 17 }))
    // Neighbours differ and rows do too, whatever their length.
    const data = Array.from({ length: access.size }, (_, at) => palette[(at * at + 5 * at) % 17] ?? 0)
    buffers.push({ dtype, data })
    const bounds = (access.bounds ?? []).map(({ strides }) => strides)
    const { size: _, ...own } = access
    const padded = own.bounds ? { ...own, fill: gen(words.value(dtype)) } : own
    body.push({ op: 'load', dtype, level: levelOf([own.strides, ...bounds]), access: padded })
  }
  if (gen(fc.boolean())) {
    const dtype = gen(fc.constantFrom(...words.dtypes.filter((d) => d !== 'bool')))
    const strides = sizes.map(() => gen(fc.integer({ min: -2, max: 2 })))
    body.push({
      op: 'index',
      dtype,
      level: levelOf([strides]),
      offset: gen(fc.integer({ min: -3, max: 3 })),
      strides,
    })
  }
  const dtype = gen(fc.constantFrom(...words.dtypes))
  body.push({ op: 'constant', dtype, level: all, value: gen(words.value(dtype)) })

  const count = gen(fc.integer({ min: 1, max: length }))
  for (let i = 0; i < count; i++) body.push(nextLine(words, body, reduced.length > 0, all, gen))

  const stores: Store[] = []
  const used = new Set(
    body.flatMap((line) => (line.op === 'apply' ? line.args : line.op === 'reduce' ? [line.arg] : [])),
  )
  body.forEach((line, value) => {
    if (used.has(value) && gen(fc.integer({ max: 3, min: 0 })) > 0) return
    const places = line.level === 'row' ? kept : sizes
    const strides = storeStrides(gen, places)
    buffers.push({ dtype: line.dtype, size: places.reduce((a, b) => a * b, 1) })
    stores.push({
      value,
      access: { buffer: buffers.length - 1, offset: 0, strides: sizes.map((_, axis) => strides[axis] ?? 0) },
    })
  })
  return { kernel: { kind: 'fused', kept, reduced, body, stores }, buffers, cuts }
}

function nextLine(
  words: Vocabulary,
  body: readonly Instruction[],
  reduces: boolean,
  all: 'row' | 'element',
  gen: Gen,
): Instruction {
  const arg = gen(fc.nat(body.length - 1))
  const { dtype } = body[arg]!
  const same = [...body.keys()].filter((line) => body[line]!.dtype === dtype)
  const other = gen(fc.constantFrom(...same))
  const apply = (name: string, to: DType, ...args: number[]): Instruction => {
    const level = args.every((line) => body[line]!.level === 'row') ? 'row' : 'element'
    return { op: 'apply', name, dtype: to, level: all === 'element' ? 'element' : level, args }
  }
  const choices: (() => Instruction)[] = [
    () => apply(gen(fc.constantFrom(...relations)), 'bool', arg, other),
    () => apply('cast', gen(fc.constantFrom(...words.dtypes)), arg),
  ]
  const { unary, binary } = words
  if (unary[dtype]) choices.push(() => apply(gen(fc.constantFrom(...unary[dtype]!)), dtype, arg))
  if (binary[dtype]) choices.push(() => apply(gen(fc.constantFrom(...binary[dtype]!)), dtype, arg, other))
  const conditions = [...body.keys()].filter((line) => body[line]!.dtype === 'bool')
  if (conditions.length > 0)
    choices.push(() => apply('where', dtype, gen(fc.constantFrom(...conditions)), arg, other))
  if (reduces && dtype !== 'bool') {
    const reduce = (): Instruction => ({
      op: 'reduce',
      name: gen(fc.constantFrom(...words.reduces)),
      dtype,
      level: 'row',
      arg,
    })
    choices.push(reduce, reduce)
  }
  // Comparisons and casts end in few values: smooth vocabularies leave them out.
  const from = words.unary.bool === undefined ? 2 : 0
  const open = choices.slice(Math.min(from, choices.length - 1))
  return gen(fc.constantFrom(...open))()
}

/** An access that stays inside of `size` elements, where its bounds let it read. */
function accessOf(gen: Gen, sizes: readonly number[], buffer: number): Access & { readonly size: number } {
  let step = 1
  const strides = new Array<number>(sizes.length).fill(0)
  for (const axis of gen(fc.shuffledSubarray([...sizes.keys()], { minLength: sizes.length }))) {
    const kind = gen(fc.constantFrom('still', 'on', 'on', 'on', 'back', 'gap'))
    if (kind === 'still') continue
    strides[axis] = kind === 'back' ? -step : kind === 'gap' ? 2 * step : step
    step *= (kind === 'gap' ? 2 : 1) * sizes[axis]!
  }
  if (gen(fc.boolean())) {
    // Contiguous in the order of the loop: what the fast paths are for.
    step = 1
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      if (strides[axis] === 0) continue
      strides[axis] = step
      step *= sizes[axis]!
    }
  }
  const range = (own: readonly number[]): [number, number] => {
    let [low, high] = [0, 0]
    own.forEach((s, axis) => {
      const far = s * (sizes[axis]! - 1)
      low += Math.min(0, far)
      high += Math.max(0, far)
    })
    return [low, high]
  }
  const [low, high] = range(strides)
  if (gen(fc.integer({ min: 0, max: 2 })) > 0) {
    return { buffer, offset: -low, strides, size: high - low + 1 }
  }
  // The whole access is one bound: what of it is outside of the buffer is padding. Others come on top.
  const size = Math.max(1, high - low + 1 - gen(fc.nat(4)))
  const offset = -low - gen(fc.nat(2))
  const bounds: Bound[] = [{ offset, strides, size }]
  if (gen(fc.boolean())) {
    const own = sizes.map(() => gen(fc.integer({ min: -1, max: 1 })))
    const [least, most] = range(own)
    bounds.push({ offset: -least - gen(fc.nat(1)), strides: own, size: Math.max(1, most - least) })
  }
  return { buffer, offset, strides, bounds, size }
}

function denseAccess(gen: Gen, sizes: readonly number[], buffer: number): Access & { readonly size: number } {
  return { buffer, offset: 0, strides: storeStrides(gen, sizes), size: sizes.reduce((a, b) => a * b, 1) }
}

/** A layout of its own for results: the axes in any order. */
function storeStrides(gen: Gen, sizes: readonly number[]): number[] {
  const axes = [...sizes.keys()]
  const order = gen(fc.boolean()) ? axes : gen(fc.shuffledSubarray(axes, { minLength: axes.length }))
  const strides = new Array<number>(sizes.length).fill(0)
  let step = 1
  for (const axis of [...order].reverse()) {
    strides[axis] = step
    step *= sizes[axis]!
  }
  return strides
}
