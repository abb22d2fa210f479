import type { DType } from '@samkit/core'
import type { Program } from '../program/program.ts'
import { below, leafBy, mixed, mixedSigns, nearlyEqual, Sketch } from '../program/sketch.ts'

/** A program with a title. */
export interface Titled {
  readonly title: string
  readonly program: Program
}

const all = { axes: [0], keepDims: false }

/** Reductions and scans over one axis of this length: what loops go wrong at. */
function linesOf(length: number, dtype: DType): Program {
  const sketch = new Sketch()
  const x = sketch.leaf(leafBy(dtype === 'i32' ? below(1009) : mixed, [length], dtype))
  const along = { axis: 0 }
  return sketch.program([
    sketch.step('sum', [x], all),
    sketch.step('max', [x], all),
    sketch.step('min', [x], all),
    sketch.step('argmax', [x], all),
    sketch.step('cumsum', [x], { ...along, reverse: false }),
    sketch.step('cumsum', [x], { ...along, reverse: true }),
    sketch.step('flip', [x], { axes: [0] }),
  ])
}

function productsOf(length: number, dtype: DType): Program {
  const sketch = new Sketch()
  const a = sketch.leaf(leafBy(mixed, [3, length], dtype))
  const b = sketch.leaf(leafBy(mixedSigns, [length, 2], dtype))
  return sketch.program([sketch.step('matmul', [a, b])])
}

/** Sums of more terms than adding one after another in single precision is good for, along either axis. */
function manyTerms(dtype: DType): Program {
  const sketch = new Sketch()
  const long = sketch.leaf(leafBy(nearlyEqual, [2 ** 17], dtype))
  const tall = sketch.leaf(leafBy(nearlyEqual, [2 ** 14, 4], dtype))
  const index = sketch.leaf(leafBy(below(3), [2 ** 14, 4], 'i32'))
  return sketch.program([
    sketch.step('sum', [long], all),
    sketch.step('sum', [tall], { axes: [0], keepDims: false }),
    sketch.step('scatterAdd', [tall, index], { axis: 0, size: 3 }),
  ])
}

/** Elementwise over more elements than one texture row, one page or one piece holds. */
function manyElements(dtype: DType): Program {
  const sketch = new Sketch()
  const shape = [513, 1025]
  const [a, b] = [sketch.leaf(leafBy(mixed, shape, dtype)), sketch.leaf(leafBy(mixedSigns, [1025], dtype))]
  const turned = sketch.step('permute', [sketch.step('maximum', [a, b])], { order: [1, 0] })
  const small = sketch.step('slice', [turned], { start: [3, 1], stop: [1025, 513], step: [2, 3] })
  return sketch.program([sketch.step('mul', [a, b]), small])
}

function manyChannels(dtype: DType): Program {
  const sketch = new Sketch()
  const x = sketch.leaf(leafBy(mixedSigns, [2, 33, 12, 11], dtype))
  const w = sketch.leaf(leafBy(mixed, [17, 33, 3, 3], dtype))
  const attrs = {
    stride: [1, 2],
    padding: [
      [1, 1],
      [0, 1],
    ],
    dilation: [1, 1],
    inputDilation: [1, 1],
    groups: 1,
  }
  return sketch.program([sketch.step('conv', [x, w], attrs)])
}

/** Programs on tensors that are larger than what random examples have, in one dtype. */
export function largePrograms(dtype: 'f32' | 'f64' | 'i32', quick: boolean): Titled[] {
  const lengths = quick ? [1001, 5000] : [999, 1000, 1001, 5000]
  const titled = lengths.map((length) => ({ title: `axes of ${length}`, program: linesOf(length, dtype) }))
  if (dtype === 'i32') return titled
  return [
    ...titled,
    ...lengths.map((length) => ({
      title: `products of ${length} terms`,
      program: productsOf(length, dtype),
    })),
    { title: 'sums of many terms', program: manyTerms(dtype) },
    { title: 'many elements', program: manyElements(dtype) },
    { title: 'convolutions of many channels', program: manyChannels(dtype) },
  ]
}
