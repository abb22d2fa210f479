import { type Code, type Int, i32 } from '../../assembler/index.ts'
import { emitTile } from '../gemm/tile.ts'
import { eachBlock, eachPanel, eachTile, times } from './loops.ts'
import { emitPackRows, type Plan, paddedColumns, panelAt } from './packing.ts'

/**
 * Writes the code of `count` rows of a product, at least 1: `a` and `c` are the addresses of the first row in A and C, `b`
 * that of B, as it lies or packed.
 */
export function emitRows(
  code: Code,
  plan: Plan,
  at: { readonly a: Int; readonly b: Int; readonly c: Int; readonly count: Int; readonly panels: Int },
): void {
  const { lanes, m, k, n, a, b, out } = plan.problem
  const { rows: tileRows, columns, depth, height, packA, rowsFirst } = plan.blocking
  const direct = plan.blocking.b === 'direct'
  eachBlock(code, at.count, Math.min(m, height), (i, rows) => {
    eachBlock(code, k, depth, (l, length) => {
      const aBlock = code.let(i32.add(i32.add(at.a, times(i, a.row)), times(l, a.column)))
      const bBlock = code.let(i32.add(at.b, times(l, direct ? b.row : paddedColumns(plan) * lanes.bytes)))
      const accumulate = typeof l === 'number' ? l > 0 : i32.ne(l, 0)
      if (plan.blocking.touchA) touch(code, aBlock, a.row, rows, times(length, lanes.bytes))
      if (packA) emitPackRows(code, plan, { a: aBlock, rows, length, panels: at.panels })

      const rowsDone = { a: code.let(i32.add(aBlock, 0)), c: code.let(i32.add(at.c, times(i, out.row))) }
      const panels = packA ? code.let(i32.add(at.panels, 0)) : rowsDone.a
      const tile = (column: Int, width: number, height: number): void => {
        const packed = packA && height === tileRows
        const panelColumns = Math.ceil(width / lanes.count) * lanes.count
        emitTile(
          code,
          {
            lanes,
            rows: height,
            columns: width,
            k: length,
            a: packed ? { row: lanes.bytes, step: height * lanes.bytes } : { row: a.row, step: a.column },
            b: { step: direct ? b.row : panelColumns * lanes.bytes },
            c: { row: out.row, column: out.column },
            accumulate,
          },
          packed ? panels : rowsDone.a,
          i32.add(bBlock, direct ? times(column, b.column) : panelAt(plan, column, length)),
          i32.add(rowsDone.c, times(column, out.column)),
        )
      }
      const rowsForward = (height: number): void => {
        code.increase(rowsDone.a, height * a.row)
        code.increase(rowsDone.c, height * out.row)
        if (packA && height === tileRows) {
          code.set(panels, i32.add(panels, times(length, height * lanes.bytes)))
        }
      }
      const allColumns = (body: (column: Int, width: number) => void): void => {
        const whole = n - (n % columns)
        eachPanel(code, whole, columns, (column) => body(column, columns))
        if (n > whole) body(whole, n - whole)
      }
      if (rowsFirst) {
        eachTile(code, rows, tileRows, (height) => {
          allColumns((column, width) => tile(column, width, height))
          rowsForward(height)
        })
      } else {
        allColumns((column, width) => {
          code.set(rowsDone.a, aBlock)
          code.set(rowsDone.c, i32.add(at.c, times(i, out.row)))
          if (packA) code.set(panels, i32.add(at.panels, 0))
          eachTile(code, rows, tileRows, (height) => {
            tile(column, width, height)
            rowsForward(height)
          })
        })
      }
    })
  })
}

/** Loads something of every cache line of some rows, all at once, where the tiles would wait for one after another. */
function touch(code: Code, from: Int, stride: number, rows: Int, bytes: Int): void {
  const row = code.let(i32.add(from, 0))
  const [i, at] = [code.local('i32'), code.local('i32')]
  code.for(i, { from: 0, to: rows }, () => {
    if (typeof bytes === 'number' && bytes <= 1024) {
      for (let byte = 0; byte < bytes; byte += 64) code.drop(i32.load(row, byte))
    } else {
      code.for(at, { from: 0, to: bytes, step: 64 }, () => code.drop(i32.load(i32.add(row, at))))
    }
    code.increase(row, stride)
  })
}
