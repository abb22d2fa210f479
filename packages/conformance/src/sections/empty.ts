import { allocate, type DType } from '@samkit/core'
import type { Program } from '../program/program.ts'
import { Sketch, type Value } from '../program/sketch.ts'

/** Every kind of operation on axes of size 0, in one program. */
export function emptyProgram(dtype: 'f32' | 'f64' | 'i32'): Program {
  const sketch = new Sketch()
  const zeros = (shape: readonly number[], as: DType = dtype): Value =>
    sketch.leaf({
      shape,
      dtype: as,
      data: allocate(
        as,
        shape.reduce((a, b) => a * b, 1),
      ),
    })
  const none = zeros([0])
  const rows = zeros([0, 3])
  const some = zeros([2, 3])
  const index = zeros([0, 3], 'i32')
  return sketch.program([
    sketch.step('neg', [none]),
    sketch.step('add', [rows, sketch.step('slice', [some], { start: [0, 0], stop: [1, 3], step: [1, 1] })]),
    sketch.step('sum', [rows], { axes: [0], keepDims: false }),
    sketch.step('sum', [rows], { axes: [1], keepDims: true }),
    sketch.step('concat', [rows, some, rows], { axis: 0 }),
    sketch.step('slice', [some], { start: [1, 0], stop: [1, 3], step: [1, 1] }),
    sketch.step('pad', [none], { low: [2], high: [1], interior: [1], value: 1 }),
    sketch.step('permute', [rows], { order: [1, 0] }),
    sketch.step('reshape', [rows], { shape: [3, 0, 2] }),
    sketch.step('gather', [some, index], { axis: 0 }),
    sketch.step('scatterAdd', [rows, index], { axis: 0, size: 2 }),
    sketch.step('cumsum', [rows], { axis: 0, reverse: false }),
    sketch.step('argsort', [rows], { axis: 0, descending: true }),
    sketch.step('matmul', [zeros([2, 0]), rows]),
    sketch.step('matmul', [rows, zeros([3, 0])]),
    sketch.step('expand', [none], { shape: [4, 0] }),
  ])
}
