import { allocate, type HostArray } from '@samkit/core'
import { kernelFault, list, mapped, type SeededFault } from './fault.testing.ts'

const reversed = (value: unknown): number[] => list(value).reverse()

/** Faults of single kernels that put elements elsewhere: wrong axes, sides, orders and counts. */
export const placeFaults: readonly SeededFault[] = [
  kernelFault(
    'slice',
    'off by one',
    'slice starts one element late where there is room',
    ({ attrs, inputs, right }) => {
      const [start, stop] = [list(attrs.start), list(attrs.stop)]
      const room = start.map((at, axis) => stop[axis]! < inputs[0]!.shape[axis]! && at < stop[axis]!)
      const late = (ends: number[]): number[] => ends.map((at, axis) => at + Number(room[axis]))
      return right(undefined, { ...attrs, start: late(start), stop: late(stop) })
    },
  ),
  kernelFault('slice', 'ignored attribute', 'slice ignores its step', ({ attrs, right }) => {
    const [start, stop, step] = [list(attrs.start), list(attrs.stop), list(attrs.step)]
    const count = (axis: number): number => Math.ceil((stop[axis]! - start[axis]!) / step[axis]!)
    return right(undefined, {
      start,
      stop: start.map((at, axis) => at + count(axis)),
      step: step.map(() => 1),
    })
  }),
  kernelFault(
    'sum',
    'wrong axis',
    'sum counts axes from the end where sizes allow',
    ({ attrs, inputs, right }) => {
      const { shape } = inputs[0]!
      const square = shape.every((n) => n === shape[0])
      return square
        ? right(undefined, { ...attrs, axes: list(attrs.axes).map((axis) => shape.length - 1 - axis) })
        : undefined
    },
  ),
  kernelFault('cumsum', 'wrong order', 'cumsum ignores reverse', ({ attrs, right }) =>
    right(undefined, { ...attrs, reverse: false }),
  ),
  kernelFault('cumsum', 'off by one', 'cumsum leaves out the element itself', (run) => {
    const [x] = run.inputs
    return run.right().map((total, i) => total - x!.data[i]!)
  }),
  kernelFault(
    'scatterAdd',
    'repeated index',
    'of updates at a repeated index the last one wins',
    ({ inputs, attrs, right }) => {
      const [updates, index] = inputs
      if (updates!.shape.length !== 1) return undefined
      const last = new Map(Array.from(index!.data, (at, i) => [at, i]))
      const rows = index!.data.length === updates!.data.length
      const data = updates!.data.map((x, i) => (rows && last.get(index!.data[i]!) !== i ? 0 : x))
      return right([{ ...updates!, data }, index!], attrs)
    },
  ),
  kernelFault(
    'gather',
    'wrong axis',
    'gather reads along the first axis where sizes allow',
    ({ inputs, attrs, right }) => {
      const { shape } = inputs[0]!
      return shape.every((n) => n === shape[0]) && inputs[1]!.shape.every((n) => n === shape[0])
        ? right(undefined, { ...attrs, axis: 0 })
        : undefined
    },
  ),
  kernelFault(
    'gather',
    'index range',
    'gather takes the nearest element where the index is out of range',
    ({ inputs, attrs, right }) => {
      const [x, index] = inputs
      const last = x!.shape[Number(attrs.axis)]! - 1
      return right([x!, { ...index!, data: index!.data.map((i) => Math.max(0, Math.min(last, i))) }])
    },
    {
      section: 'claims',
      title: 'an index out of range fails the run, and what it took is given back',
    },
  ),
  kernelFault('pad', 'wrong side', 'pad puts before what belongs after', ({ attrs, right }) =>
    right(undefined, { ...attrs, low: attrs.high, high: attrs.low }),
  ),
  kernelFault('pad', 'ignored attribute', 'pad fills in 0 whatever the value', ({ attrs, right }) =>
    right(undefined, { ...attrs, value: 0 }),
  ),
  kernelFault('flip', 'wrong axis', 'flip turns the last axis only', ({ attrs, inputs, right }) =>
    right(undefined, { axes: list(attrs.axes).length > 0 ? [inputs[0]!.shape.length - 1] : [] }),
  ),
  kernelFault(
    'permute',
    'wrong order',
    'permute applies the inverse order where sizes allow',
    ({ attrs, inputs, right }) => {
      const { shape } = inputs[0]!
      const order = list(attrs.order)
      const inverse = order.map((_, axis) => order.indexOf(axis))
      return shape.every((n) => n === shape[0]) ? right(undefined, { order: inverse }) : undefined
    },
  ),
  kernelFault('concat', 'wrong order', 'concat joins backwards where sizes allow', ({ inputs, right }) => {
    const same = inputs.every(({ shape }) => shape.join() === inputs[0]!.shape.join())
    return same ? right([...inputs].reverse()) : undefined
  }),
  kernelFault('expand', 'broadcast', 'expand repeats each element where it should repeat the row', (run) => {
    const [x] = run.inputs
    const { shape } = run.output
    if (x!.shape.length !== 1 || shape.length !== 2 || x!.shape[0] === 1) return undefined
    const columns = shape[1]!
    return mapped(run, (_, i) => x!.data[Math.floor(i / columns) % columns]!)
  }),
  kernelFault('add', 'broadcast', 'add takes a column for a row in square shapes', ({ inputs, right }) => {
    const turned = inputs.map((input): HostArray => {
      const [rows = 0, columns = 0] = input.shape
      return input.shape.length === 2 && columns === 1 && rows > 1 ? { ...input, shape: [1, rows] } : input
    })
    const [a, b] = turned
    const square = (x: HostArray | undefined): boolean => x?.shape.length === 2 && x.shape[0] === x.shape[1]
    return square(a) || square(b) ? right(turned) : undefined
  }),
  kernelFault('windows', 'ignored attribute', 'windows ignores dilation', ({ attrs, right }) =>
    right(undefined, { ...attrs, dilation: list(attrs.dilation).map(() => 1) }),
  ),
  kernelFault('fold', 'dropped accumulation', 'fold overwrites where windows overlap', (run) => {
    const counts = run.right(run.inputs.map((input) => ({ ...input, data: input.data.map(() => 1) })))
    return mapped(run, (x, i) => (counts[i]! > 1 ? x / counts[i]! : x))
  }),
  kernelFault('conv', 'wrong order', 'conv turns its kernel around', ({ inputs, right }) => {
    const [x, w] = inputs
    const inner = w!.shape.slice(2).reduce((a, b) => a * b, 1)
    const data = w!.data.map((_, i) => w!.data[Math.floor(i / inner) * inner + (inner - 1 - (i % inner))]!)
    return right([x!, { ...w!, data }])
  }),
  kernelFault('conv', 'wrong side', 'conv swaps the padding of the two ends', ({ attrs, right }) => {
    const padding = Array.isArray(attrs.padding) ? attrs.padding.map(reversed) : []
    return right(undefined, { ...attrs, padding })
  }),
  kernelFault(
    'conv',
    'ignored attribute',
    'conv ignores the dilation of its input where sizes allow',
    ({ attrs, right, output }) => {
      const wrong = right(undefined, { ...attrs, inputDilation: list(attrs.inputDilation).map(() => 1) })
      return wrong.length === output.shape.reduce((a, b) => a * b, 1) ? wrong : undefined
    },
  ),
  kernelFault('matmul', 'wrong axis', 'matmul turns a square right operand', ({ inputs, right }) => {
    const [a, b] = inputs
    const [rows, columns] = b!.shape.slice(-2)
    if (rows !== columns || rows === undefined || b!.shape.length !== 2) return undefined
    const data = allocate(b!.dtype, b!.data.length).map(
      (_, i) => b!.data[(i % rows) * rows + Math.floor(i / rows)]!,
    )
    return right([a!, { ...b!, data }])
  }),
  kernelFault('matmul', 'batch', 'matmul takes the first matrix for every batch', ({ inputs, right }) => {
    const [a, b] = inputs
    const size = b!.shape.slice(-2).reduce((x, y) => x * y, 1)
    return right([a!, { ...b!, data: b!.data.map((_, i) => b!.data[i % size]!) }])
  }),
]
