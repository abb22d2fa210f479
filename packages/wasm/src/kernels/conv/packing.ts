import type { ConvKernel } from '@samkit/core/compiler'
import { type Code, i32, type Local } from '../../assembler/index.ts'
import type { Layout } from './layout.ts'
import { repeat } from './run.ts'
import { placeAt } from './slide.ts'

/** How weights are laid out: for each part and group, tiles of output channels, each `[c, taps, rows]`. */
export interface Packing {
  /** Output channels in a tile, and vectors of outputs. */
  readonly rows: number
  readonly columns: number
  /** Rows of each tile of a group. */
  readonly tiles: readonly number[]
  /** Where each part begins, in bytes. */
  readonly starts: readonly number[]
  readonly bytes: number
}

/** Chooses tiles: what fits into 15 registers with the vectors that one step loads. */
export function packingOf({ c, o, groups }: ConvKernel, { lanes, parts }: Layout): Packing {
  const rows = Math.max(1, Math.min(o, 4))
  const columns = rows === 1 ? 5 : rows === 2 ? 4 : 2
  const tiles = Array.from({ length: Math.ceil(o / rows) }, (_, i) => Math.min(rows, o - i * rows))
  const starts: number[] = []
  let bytes = 0
  for (const part of parts) {
    starts.push(bytes)
    bytes += groups * o * c * part.taps.length * lanes.bytes
  }
  return { rows, columns, tiles, starts, bytes }
}

/** Writes the phase that packs the weights; one iteration packs one tile of one group. */
export function emitPackWeights(
  code: Code,
  { c, o, w }: ConvKernel,
  { lanes, parts }: Layout,
  packing: Packing,
  table: Local<'i32'>,
  from: Local<'i32'>,
  to: Local<'i32'>,
): void {
  const weights = code.let(i32.load(table, 4))
  const workspace = code.let(i32.load(table, 12))
  const [row, channel] = [(w.strides[0] ?? 0) * lanes.bytes, (w.strides[1] ?? 0) * lanes.bytes]
  const tiles = packing.tiles.length
  const unit = code.local('i32')
  const height = code.local('i32')
  code.for(unit, { from, to }, () => {
    const feature = code.let(
      i32.add(i32.mul(i32.divU(unit, tiles), o), i32.mul(i32.remU(unit, tiles), packing.rows)),
    )
    code.set(height, i32.const(packing.rows))
    if (o % packing.rows > 0) {
      code.if(i32.eq(i32.remU(unit, tiles), tiles - 1), () => code.set(height, i32.const(o % packing.rows)))
    }
    const step = code.let(i32.mul(height, lanes.bytes))
    const source = code.let(i32.add(i32.add(weights, w.offset * lanes.bytes), i32.mul(feature, row)))
    for (const [p, { taps }] of parts.entries()) {
      if (taps.length === 0) continue
      const start = code.let(
        i32.add(i32.add(workspace, packing.starts[p] ?? 0), i32.mul(feature, c * taps.length * lanes.bytes)),
      )
      repeat(code, height, (r) => {
        const at = code.let(i32.add(source, i32.mul(r, row)))
        const to = code.let(i32.add(start, i32.mul(r, lanes.bytes)))
        repeat(code, c, () => {
          for (const { place } of taps) {
            const [from, offset] = placeAt(at, place * lanes.bytes)
            code.run(lanes.storeLane(to, lanes.loadOne(from, offset), 0))
            code.set(to, i32.add(to, step))
          }
          code.increase(at, channel)
        })
      })
    }
  })
}
