import type { MatmulKernel } from '@samkit/core/compiler'
import {
  type Code,
  type Int,
  i32,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../assembler/index.ts'
import { type Generate, operand, type Phase, phaseParameters } from '../generator.ts'
import { emitPackColumns, emitRows, type Plan, packedBytes } from './blocked.ts'
import { blockingOf } from './blocking.ts'
import { emitDots } from './dots.ts'
import { type Layout, type Problem, problemOf } from './problem.ts'

/**
 * Matrix products by the blocks, panels and tiles of Goto and van de Geijn (Anatomy of High-Performance Matrix
 * Multiplication, 2008). Nothing is skipped: a NaN or infinity in either operand reaches the result.
 *
 * An element is summed one product after another over blocks of at most 256 steps of `k` (128 in f64), the blocks then
 * likewise, in the operands' precision `u`: the error is at most `(min(k, 256) + k / 256) · u · Σ |a| |b|`.
 */
export const generateMatmul: Generate<MatmulKernel> = (kernel, features) => {
  const problem = problemOf(kernel, features)
  const plan = { problem, blocking: blockingOf(problem) }
  const operands = [kernel.a.buffer, kernel.b.buffer, kernel.out.buffer, operand.workspace, operand.private]
  const key = keyOf(plan, features.relaxedSimd)
  const phases: Phase[] = []
  const panels = Math.ceil(problem.n / plan.blocking.columns)
  if (plan.blocking.b === 'shared') {
    phases.push({
      key: `${key} pack`,
      outer: itemsOfB(problem) * panels,
      grain: 1,
      cost: problem.k * plan.blocking.columns * 0.3,
      emit: (module) => packing(module, plan, panels),
    })
  }
  phases.push({
    key,
    outer: count(problem.batch) * problem.m,
    grain: plan.blocking.grain,
    cost: (problem.k * problem.n * problem.lanes.bytes) / 80 + 2,
    emit: (module) => multiplying(module, plan),
  })
  return {
    operands,
    phases,
    workspaceBytes: plan.blocking.b === 'shared' ? itemsOfB(problem) * packedBytes(plan) : 0,
    privateBytes: privateB(plan) + rowPanelBytes(plan),
  }
}

function keyOf({ problem: { lanes, ...sizes } }: Plan, relaxedSimd: boolean): string {
  return `matmul ${lanes.dtype}${relaxedSimd ? ' relaxed' : ''} ${JSON.stringify(sizes)}`
}

function count(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1)
}

/** How many different right operands there are. */
function itemsOfB({ batch, b }: Problem): number {
  return b.batch.some((stride) => stride !== 0) ? count(batch) : 1
}

function privateB(plan: Plan): number {
  return plan.blocking.b === 'private' ? Math.ceil(packedBytes(plan) / 64) * 64 : 0
}

function rowPanelBytes({ problem: { lanes }, blocking: { packA, height, depth } }: Plan): number {
  return packA ? height * depth * lanes.bytes : 0
}

/** Packs panels of all right operands into the workspace. */
function packing(module: ModuleBuilder, plan: Plan, panels: number) {
  const { problem, blocking } = plan
  return module.function('matmul pack', phaseParameters, null, (code, table, from, to) => {
    const b = code.let(i32.load(table, 4))
    const workspace = code.let(i32.load(table, 12))
    const panel = code.local('i32')
    code.for(panel, { from, to }, () => {
      const single = itemsOfB(problem) === 1
      const item = single ? 0 : code.let(i32.divU(panel, panels))
      const column = code.let(i32.mul(single ? panel : i32.remU(panel, panels), blocking.columns))
      const source = code.let(addressOf(code, b, problem.b, problem.batch, item))
      const target = single ? workspace : i32.add(workspace, i32.mul(item, packedBytes(plan)))
      emitPackColumns(code, plan, source, code.let(i32.add(target, 0)), column)
    })
  })
}

/** Multiplies the rows of its share, matrix by matrix of the batch. */
function multiplying(module: ModuleBuilder, plan: Plan) {
  const { problem, blocking } = plan
  return module.function('matmul', phaseParameters, null, (code, table, from, to) => {
    if (problem.m === 0 || problem.n === 0) return
    const [a, b, out, workspace, own] = [0, 4, 8, 12, 16].map((at) => code.let(i32.load(table, at)))
    if (!a || !b || !out || !workspace || !own) return
    const rows = (item: Int, first: Int, length: Int): void => {
      const aRow = code.let(
        i32.add(addressOf(code, a, problem.a, problem.batch, item), i32.mul(first, problem.a.row)),
      )
      const c = code.let(
        i32.add(addressOf(code, out, problem.out, problem.batch, item), i32.mul(first, problem.out.row)),
      )
      if (problem.k === 0) {
        zeros(code, problem, c, length)
        return
      }
      const rightOf = (): Int => code.let(addressOf(code, b, problem.b, problem.batch, item))
      let right: Int = workspace
      if (blocking.b === 'direct') right = rightOf()
      else if (blocking.b === 'shared') {
        if (itemsOfB(problem) > 1) right = code.let(i32.add(workspace, i32.mul(item, packedBytes(plan))))
      } else {
        const source = rightOf()
        const column = code.local('i32')
        code.for(column, { from: 0, to: problem.n, step: blocking.columns }, () =>
          emitPackColumns(code, plan, source, own, column),
        )
        right = own
      }
      if (blocking.dots !== undefined) {
        emitDots(code, problem, blocking.dots, { a: aRow, b: right, c, count: length })
        return
      }
      const panels = privateB(plan) === 0 ? own : code.let(i32.add(own, privateB(plan)))
      emitRows(code, plan, { a: aRow, b: right, c, count: length, panels })
    }
    if (problem.batch.length === 0) {
      code.if(i32.ltU(from, to), () => rows(0, from, code.let(i32.sub(to, from))))
      return
    }
    const row = code.let(i32.add(from, 0))
    code.while(
      () => i32.ltU(row, to),
      () => {
        const item = code.let(i32.divU(row, problem.m))
        const first = code.let(i32.remU(row, problem.m))
        const end = code.let(i32.mul(i32.add(item, 1), problem.m))
        code.if(i32.gtU(end, to), () => code.set(end, to))
        rows(item, first, code.let(i32.sub(end, row)))
        code.set(row, end)
      },
    )
  })
}

/** Where a matrix of the batch begins, of a buffer that begins at `base`. */
function addressOf(code: Code, base: Int, layout: Layout, batch: readonly number[], item: Int): Value<'i32'> {
  let address = i32.add(base, layout.offset)
  let rest: Int = item
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    const [size = 1, stride = 0] = [batch[axis], layout.batch[axis]]
    const index: Int = axis === 0 ? rest : i32.remU(rest, size)
    if (stride !== 0) address = i32.add(address, i32.mul(index, stride))
    if (axis > 0) rest = code.let(i32.divU(rest, size))
  }
  return address
}

/** The sum of no products. */
function zeros(code: Code, { lanes, n, out }: Problem, c: Local<'i32'>, rows: Int): void {
  const [i, j] = [code.local('i32'), code.local('i32')]
  code.for(i, { from: 0, to: rows }, () => {
    const at = code.let(i32.add(c, i32.mul(i, out.row)))
    code.for(j, { from: 0, to: n }, () => {
      code.run(lanes.storeLane(at, lanes.zero, 0))
      code.increase(at, out.column)
    })
  })
}
