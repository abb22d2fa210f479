import type { DType } from '@samkit/core'
import type { Program } from '../program/program.ts'
import { below, leafBy, mixed, mixedSigns, Sketch } from '../program/sketch.ts'
import type { Session } from '../session.ts'

/** Programs of everyday work, for checks of how a backend behaves rather than of what it computes. */
export interface Sample {
  readonly title: string
  readonly program: Program
}

/** The dtype that most is computed in: the first float the backend claims, or else whole numbers. */
export function mainDtype({ device }: Session): DType {
  const { dtypes } = device.backend.capabilities
  return (['f32', 'f64', 'i32', 'bool'] as const).find((dtype) => dtypes.includes(dtype)) ?? 'f32'
}

/** `x · 2 + y` of this shape, which every backend can compute: the program whose shape is changed. */
export function scaledSum(rows: number, columns: number, dtype: DType): Program {
  const sketch = new Sketch()
  const x = sketch.leaf(leafBy(mixedSigns, [rows, columns], dtype))
  const y = sketch.leaf(leafBy(mixed, [columns], dtype))
  return sketch.program([sketch.step('add', [sketch.step('add', [x, x]), y])])
}

/** A layer, a loss and a lookup: sums in several orders, repeated indices, and a view. */
export function samples(dtype: DType, whole: boolean): Sample[] {
  const layer = new Sketch()
  const x = layer.leaf(leafBy(mixedSigns, [33, 20], dtype))
  const w = layer.leaf(leafBy(mixed, [20, 17], dtype))
  const hidden = layer.step('maximum', [layer.step('matmul', [x, w]), layer.leaf(leafBy(mixed, [17], dtype))])
  const total = layer.step('sum', [hidden], { axes: [0, 1], keepDims: false })

  const scatter = new Sketch()
  const updates = scatter.leaf(leafBy(mixed, [500, 3], dtype))
  const index = scatter.leaf(leafBy(below(4), [500, 3], 'i32'))
  const added = scatter.step('scatterAdd', [updates, index], { axis: 0, size: 4 })

  const softmax = new Sketch()
  const logits = softmax.leaf(leafBy(mixedSigns, [9, 65], dtype))
  const size = softmax.step('exp', [logits])
  const rows = softmax.step('sum', [size], { axes: [1], keepDims: true })
  const shares = softmax.step('div', [size, rows])

  return [
    { title: 'a layer', program: layer.program([hidden, total]) },
    { title: 'added at repeated indices', program: scatter.program([added]) },
    ...(whole ? [] : [{ title: 'a softmax', program: softmax.program([shares]) }]),
  ]
}
