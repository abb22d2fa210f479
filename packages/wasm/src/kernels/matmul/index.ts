import type { MatmulKernel } from '@samkit/core/compiler'
import {
  type Code,
  type Int,
  i32,
  type Local,
  type ModuleBuilder,
  select,
  type Value,
} from '../../assembler/index.ts'
import { type Generate, operand, type Phase, phaseParameters } from '../generator.ts'
import { emitRows } from './blocked.ts'
import { blockingOf } from './blocking.ts'
import { emitDots } from './dots.ts'
import { emitPackAll, emitPackGroup, groupsOf, type Plan, packedBytes } from './packing.ts'
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
  if (plan.blocking.b === 'shared') {
    phases.push({
      key: `${key} pack`,
      outer: itemsOfB(problem) * groupsPerItem(plan),
      grain: 1,
      cost: (packedBytes(plan) / groupsPerItem(plan)) * 0.1,
      emit: (module) => packing(module, plan),
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

/** How many groups of panels one matrix B has, over all blocks of `k`. */
function groupsPerItem(plan: Plan): number {
  return Math.ceil(plan.problem.k / plan.blocking.depth) * groupsOf(plan)
}

/** Packs its share of the groups of panels of all right operands into the workspace. */
function packing(module: ModuleBuilder, plan: Plan) {
  const { problem, blocking } = plan
  return module.function('matmul pack', phaseParameters, null, (code, table, from, to) => {
    const b = code.let(i32.load(table, 4))
    const workspace = code.let(i32.load(table, 12))
    const place = code.local('i32')
    code.for(place, { from, to }, () => {
      const item = code.let(i32.divU(place, groupsPerItem(plan)))
      const inItem = code.let(i32.remU(place, groupsPerItem(plan)))
      const l = code.let(i32.mul(i32.divU(inItem, groupsOf(plan)), blocking.depth))
      const left = code.let(i32.sub(problem.k, l))
      emitPackGroup(code, plan, {
        b: code.let(addressOf(code, b, problem.b, problem.batch, item)),
        packed: code.let(i32.add(workspace, i32.mul(item, packedBytes(plan)))),
        group: code.let(i32.remU(inItem, groupsOf(plan))),
        l,
        length: code.let(select(i32.ltS(left, blocking.depth), left, i32.const(blocking.depth))),
      })
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
        emitPackAll(code, plan, rightOf(), own)
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
