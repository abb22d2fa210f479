import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Phase } from '../kernels/generator.ts'
import { joined, type Level, levelsOf, type PreparedKernel, type Stage, stagesOf } from './stages.ts'

function kernel(...phases: readonly Partial<Phase>[]): PreparedKernel {
  const whole = phases.map((phase, i) => ({
    key: `phase ${i}`,
    outer: 1,
    grain: 1,
    cost: 1,
    emit: () => {
      throw new Error('not made')
    },
    ...phase,
  }))
  return {
    generated: { operands: [], phases: whole, workspaceBytes: 0 },
    workspace: 0,
    steps: [],
    guard: null,
  }
}

/** What each piece of a stage computes of its call at `index`. */
function ranges({ pieces, calls }: Stage, index = 0): [number, number][] {
  const { size, phase } = calls[index]!
  return Array.from({ length: pieces }, (_, i) => [i * size, Math.min((i + 1) * size, phase.outer)])
}

const phases = fc.record({
  outer: fc.integer({ min: 1, max: 5000 }),
  grain: fc.integer({ min: 1, max: 64 }),
  cost: fc.integer({ min: 1, max: 100_000 }),
})

describe('the stages of a kernel', () => {
  test('cover every iteration once, and are cut at multiples of the grain', () => {
    fc.assert(
      fc.property(phases, (phase) => {
        const [stage] = stagesOf([kernel(phase)], phase.outer) as [Stage]
        let next = 0
        for (const [from, to] of ranges(stage)) {
          expect(from).toBe(next)
          expect(from % phase.grain).toBe(0)
          expect(to).toBeGreaterThan(from)
          next = to
        }
        expect(next).toBe(phase.outer)
      }),
    )
  })

  test('are one piece where the work is small, and many where it is large', () => {
    const pieces = (outer: number, cost: number): number | undefined =>
      stagesOf([kernel({ outer, cost })], 1)[0]?.pieces
    expect(pieces(1000, 1)).toBe(1)
    expect(pieces(1000, 39)).toBe(1)
    expect(pieces(1000, 40)).toBe(2)
    expect(pieces(1000, 1e6)).toBeGreaterThan(30)
  })

  test('run its phases one after another', () => {
    const stages = stagesOf([kernel({ outer: 3 }, { outer: 0 }, { outer: 5 })], 1)
    expect(stages.map(({ calls }) => calls[0]?.phase.outer)).toEqual([3, 5])
  })
})

describe('the stages of a chain', () => {
  test('cut all kernels at the same parts, at multiples of their grains', () => {
    const each = fc.record({
      perPart: fc.integer({ min: 1, max: 12 }),
      grain: fc.constantFrom(1, 2, 3, 4, 6, 8, 12),
      cost: fc.integer({ min: 1, max: 10_000 }),
    })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.array(each, { minLength: 2, maxLength: 4 }),
        (parts, list) => {
          const kernels = list.map(({ perPart, grain, cost }) =>
            kernel({ outer: perPart * parts, grain, cost }),
          )
          const [stage, ...more] = stagesOf(kernels, parts) as [Stage]
          expect(more).toEqual([])
          const cuts = list.map(({ perPart, grain }, k) => {
            const all = ranges(stage, k)
            for (const [from] of all) expect(from % grain).toBe(0)
            expect(all.at(-1)?.[1]).toBe(perPart * parts)
            return all.map(([from, to]) => [from / perPart, to / perPart])
          })
          for (const cut of cuts) expect(cut).toEqual(cuts[0])
        },
      ),
    )
  })

  test('prepare first, and chain last phases', () => {
    const stages = stagesOf([kernel({ outer: 8 }), kernel({ outer: 3 }, { outer: 16 })], 8)
    expect(stages.map(({ calls }) => calls.map(({ phase }) => phase.outer))).toEqual([[3], [8, 16]])
  })

  test('run one after another what cannot be cut alike', () => {
    const stages = stagesOf([kernel({ outer: 8 }), kernel({ outer: 3 }, { outer: 12 })], 8)
    expect(stages.map(({ calls }) => calls.map(({ phase }) => phase.outer))).toEqual([[8], [3], [12]])
  })
})

/** A stage of so many pieces that takes `cost` nanoseconds. */
function stage(pieces: number, cost = 1): Stage {
  const own = kernel({})
  return { pieces, cost, calls: [{ kernel: own, phase: own.generated.phases[0]!, size: 1 }] }
}

/** The pieces and calls of every stage of a level. */
function outline(levels: readonly Level[]): [number, number][][] {
  return levels.map((level) => level.map(({ pieces, calls }) => [pieces, calls.length]))
}

test('neighbouring levels of one piece are joined, and no others', () => {
  const levels = joined(
    [[1], [1], [4], [1], [1], [1], [2], [2, 1], [1], [1]].map((list) => list.map((n) => stage(n))),
  )
  expect(outline(levels)).toEqual([
    [[1, 2]],
    [[4, 1]],
    [[1, 3]],
    [[2, 1]],
    [
      [2, 1],
      [1, 1],
    ],
    [[1, 2]],
  ])
})

describe('tasks that have nothing to do with each other', () => {
  test('share levels: their first stages, then their second ones', () => {
    const levels = levelsOf([[stage(3), stage(5)], [stage(7)], [stage(2), stage(4), stage(6)]])
    expect(outline(levels)).toEqual([
      [
        [3, 1],
        [7, 1],
        [2, 1],
      ],
      [
        [5, 1],
        [4, 1],
      ],
      [[6, 1]],
    ])
  })

  test('go together where they are small, until they are worth a piece', () => {
    const levels = levelsOf([
      [stage(1, 9000)],
      [stage(1, 9000)],
      [stage(8)],
      [stage(1, 9000)],
      [stage(1, 50)],
    ])
    expect(outline(levels)).toEqual([
      [
        [8, 1],
        [1, 3],
        [1, 1],
      ],
    ])
  })
})
