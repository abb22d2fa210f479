import { expect, test } from 'vitest'
import { matmul, softmax, sum, type Tensor } from '../../index.ts'
import { evaluated } from '../graphs.testing.ts'
import { interpretProgram } from './interpret.ts'
import { lower } from './lower.ts'
import type { Program } from './program.ts'
import { firstGap, numbers, planOf } from './programs.testing.ts'

const [x, w] = [numbers([48, 16], 1), numbers([16, 16], 2)]
const y: Tensor = sum(matmul(softmax(matmul(x, w)), w), { axis: 0 })

/** How far a changed program is off. */
function gapOf(change: (program: Program) => Program): string | undefined {
  const { plan, inputs } = planOf([y])
  return firstGap(interpretProgram(change(lower(plan)), inputs), evaluated([y]))
}

test('a program computes the same however its tasks are split', () => {
  const { plan, inputs } = planOf([y])
  const program = lower(plan)
  const [once] = interpretProgram(program, inputs, { splits: 1 })
  for (const splits of [2, 5, 100]) expect(interpretProgram(program, inputs, { splits })).toEqual([once])
  expect(gapOf((same) => same)).toBeUndefined()
})

test('values that share memory at one time show', () => {
  const buffers = (list: Program['buffers']): Program['buffers'] =>
    list.map((buffer) => (buffer.kind === 'scratch' ? { ...buffer, start: 0 } : buffer))
  expect(gapOf((program) => ({ ...program, buffers: buffers(program.buffers) }))).toBeDefined()
})

test('a missing barrier shows', () => {
  const without = ({ tasks, ...rest }: Program): Program => ({
    ...rest,
    tasks: tasks.map((task) => ({ ...task, barrier: false })),
  })
  expect(gapOf(without)).toBeDefined()
})

test('a chain of kernels that do not share a split shows', () => {
  const chained = ({ tasks, ...rest }: Program): Program => ({
    ...rest,
    tasks: [
      {
        barrier: true,
        parts: 16,
        kernels: tasks.flatMap(({ kernels }) => kernels),
        guards: tasks.flatMap(({ guards }) => guards),
        workspaces: tasks.flatMap(({ workspaces }) => workspaces),
        steps: tasks.flatMap(({ steps }) => steps),
      },
    ],
  })
  expect(gapOf(chained)).toBeDefined()
})
