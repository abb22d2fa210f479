import { key, mapTree, realize, type Tensor, treeLeaves } from '@samkit/core'
import { expect } from 'vitest'
import type { Method, StepReport } from '../method.ts'
import { plain } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import {
  numbersOf,
  objectiveOf,
  type Params,
  type Problem,
  paramsOf,
  type Vector,
} from './network.testing.ts'
import type { PaperStep, PlainBase } from './papers.testing.ts'

export interface Trace {
  /** The parameters after each step. */
  readonly params: number[][]
  readonly reports: StepReport[]
}

/** Steps of a method on one batch, every step with its own key, as numbers. */
export async function traceOf(
  way: Method | Optimizer,
  problem: Problem,
  steps: number,
  { targets, ...options }: { readonly microBatch?: number; readonly targets?: Tensor } = {},
): Promise<Trace> {
  const method = 'update' in way ? plain(way) : way
  let params: Params = paramsOf(problem.start)
  let state = method.init(params)
  const trace: Trace = { params: [], reports: [] }
  for (let t = 0; t < steps; t++) {
    const objective = objectiveOf(problem, { ...options, seed: t })
    const next = method.step(params, state, targets === undefined ? objective : { ...objective, targets })
    const { report } = next
    const carried = { params: next.params, state: next.state, report }
    await realize(...treeLeaves(carried).map((leaf) => leaf.tensor))
    ;({ params, state } = mapTree({ params: next.params, state: next.state }, (x) => x.detach()))
    trace.params.push(await numbersOf(params))
    trace.reports.push(mapTree(report, (x) => x.detach()))
  }
  return trace
}

/** The key that step `t` of a trace hands its method. */
export const keyOfStep = (t: number) => key(t)

/** Steps of a paper's pseudo-code on the same batch. */
export function paperTrace(step: PaperStep, base: PlainBase, problem: Problem, steps: number): number[][] {
  let w: Vector = problem.start
  return Array.from({ length: steps }, (_, t) => {
    const next = step(problem, w, t, base)
    w = next
    return next
  })
}

/** Fails where two traces differ by more than `tolerance`, relative to the larger of 1 and the value. */
export function expectSame(actual: readonly Vector[], expected: readonly Vector[], tolerance = 1e-10): void {
  expect(actual.length).toBe(expected.length)
  for (const [t, values] of actual.entries()) {
    for (const [i, value] of values.entries()) {
      const other = expected[t]![i]!
      const apart = Math.abs(value - other) / Math.max(1, Math.abs(other))
      if (!(apart <= tolerance)) {
        expect.fail(`step ${t}, parameter ${i}: ${value} and ${other} are ${apart} apart`)
      }
    }
  }
}
