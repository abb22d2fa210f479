import type { Backend } from '@samkit/core'
import { hostArray } from '@samkit/core/testing'
import { expect, test } from 'vitest'
import type { Check } from '../check.ts'
import { planFaults } from '../faults/plan-faults.testing.ts'
import { soundBackend } from '../faults/sound.testing.ts'
import { type CheckReport, runConformance } from '../index.ts'
import { settingsOf } from '../options.ts'
import { runCheck } from '../run-check.ts'
import { trainingChecks } from '../sections/training.ts'
import { openSession } from '../session.ts'
import { minimized } from './minimize.ts'
import { type Program, tensorsOf } from './program.ts'
import { Sketch } from './sketch.ts'

const x = hostArray([2, 3], 'f32', [0.5, -1.25, 3, 4, 5, 6])

function longProgram(): Program {
  const sketch = new Sketch()
  const [a, b] = [sketch.leaf(x), sketch.leaf(x)]
  const sum = sketch.step('add', [a, b])
  const wave = sketch.step('sin', [sum])
  const turned = sketch.step('permute', [wave], { order: [1, 0] })
  return sketch.program([turned, sketch.step('exp', [sketch.step('neg', [turned])])])
}

const faultWhere = (wrong: (program: Program) => boolean) => async (program: Program) => {
  tensorsOf(program)
  return wrong(program) ? 'wrong' : undefined
}

test('what is left of a program is the step to blame, on few and simple numbers', async () => {
  const uses = faultWhere(({ steps }) => steps.some(({ primitive }) => primitive === 'sin'))
  const { program } = await minimized({ program: longProgram(), fault: 'wrong' }, uses)
  expect(program.steps).toEqual([{ primitive: 'sin', attrs: {}, inputs: [0] }])
  expect(program.outputs).toEqual([1])
  expect(program.leaves.map(({ shape, data }) => [shape, [...data]])).toEqual([[[1, 1], [0]]])
})

test('a program that nothing can be taken from stays', async () => {
  const program = longProgram()
  const smallest = await minimized({ program, fault: 'wrong' }, async () => undefined)
  expect(smallest.program).toBe(program)
})

/** A backend whose tanh is a hundredth too large. */
const steep = (): Backend =>
  soundBackend(({ primitive, right }) =>
    primitive.name === 'tanh' ? right().map((y) => y * 1.01) : undefined,
  )

/** The steps of the programs that faults print. */
const stepsOf = (reports: readonly CheckReport[]): string[][] =>
  reports.flatMap(({ faults }) => faults.map(({ code }) => code?.match(/^const v\d+ = .*$/gm) ?? []))

test('a fault of one kernel in a graph is told as a program of this one primitive', async () => {
  const report = await runConformance(steep, { sections: ['graphs', 'gradients'], runs: 4 })
  const steps = stepsOf(report.checks)
  expect(steps.length).toBeGreaterThan(2)
  for (const one of steps) expect(one).toEqual(['const v1 = tanh(a)'])
})

test('and so is one in a step of training', async () => {
  const session = await openSession(steep, settingsOf({ quick: true }))
  const [check] = trainingChecks(true)
  const { report } = await runCheck(check as Check, session)
  expect(report.faults[0]?.message).toMatch(/^mlp, 1 steps: of .*; to blame: /)
  expect(stepsOf([report])).toEqual([['const v1 = tanh(a)']])
})

test('a fault that needs two steps keeps two', async () => {
  const stale = planFaults.find(({ does }) => does.includes('first use'))
  const report = await runConformance(() => stale?.make() ?? soundBackend(), { sections: ['graphs'] })
  const [fault] = report.checks.flatMap(({ faults }) => faults)
  expect(fault?.code?.match(/^const v\d+ = /gm)?.length).toBeLessThanOrEqual(4)
})
