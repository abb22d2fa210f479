import { afterEach, describe, expect, test } from 'vitest'
import type { Stage } from './stages.ts'
import { type Bench, bench, onWords, step, stepped, trap } from './team.testing.ts'

const count = 240
const kernel = onWords(step(count))

function stage(pieces: number): Stage {
  return { pieces, calls: [{ kernel, phase: kernel.generated.phases[0]!, size: Math.ceil(count / pieces) }] }
}

const stages = Array.from({ length: 40 }, (_, i) => stage([1, 7, 60, 1, 1, 240][i % 6]!))

const open: Bench[] = []

function make(list: readonly Stage[], workers: number): Bench {
  const made = bench(list, count, workers)
  open.push(made)
  return made
}

afterEach(() => {
  for (const { team } of open.splice(0)) team.close()
})

function expectAll(words: Int32Array, value: number): void {
  expect([...new Set(words)]).toEqual([value])
}

describe.each([0, 1, 2, 4])('a team of %i workers', (workers) => {
  test('runs every piece once, stage after stage, run after run', () => {
    const { team, job, words } = make(stages, workers)
    for (let run = 0; run < 300; run++) {
      words().fill(run)
      team.runHere(job)
      expectAll(words(), stepped(run, stages.length))
    }
  })
})

describe.each([1, 3])('a team of %i workers, this thread not waiting', (workers) => {
  test('runs every piece once, stage after stage, run after run', async () => {
    const { team, job, words } = make(stages, workers)
    for (let run = 0; run < 100; run++) {
      words().fill(run)
      await team.runThere(job)
      expectAll(words(), stepped(run, stages.length))
    }
  })
})

test('runs of several programs follow one another', () => {
  const first = make(stages, 2)
  const { arena, team } = first
  const jobs = [first.job, { ...first.job, program: { ...first.job.program, id: -1 } }]
  first.words().fill(5)
  for (let run = 0; run < 50; run++) team.runHere(jobs[run % 2]!)
  team.forget(-1)
  for (let run = 0; run < 50; run++) team.runHere(jobs[run % 2]!)
  expectAll(first.words(), stepped(5, 100 * stages.length))
  expect(arena.use.free).toBeGreaterThan(0)
})

test('workers start when they are needed, and are replaced when they end', async () => {
  const { team, job, words } = make(stages, 2)
  expect(team.workers).toBe(0)
  words().fill(1)
  await team.runThere(job)
  expect(team.workers).toBe(2)
  team.dismiss(1)
  await expect.poll(() => team.workers).toBe(1)
  await team.runThere(job)
  expect(team.workers).toBe(2)
  expectAll(words(), stepped(1, 2 * stages.length))
})

describe('an error in generated code', () => {
  const broken = onWords(trap(count, 100))
  const bad: Stage = {
    pieces: 60,
    calls: [{ kernel: broken, phase: broken.generated.phases[0]!, size: 4 }],
  }
  const list = [stage(60), bad, stage(60)]

  test('ends the run, whichever thread met it, and the next run works', () => {
    for (const workers of [0, 1, 3]) {
      const { team, job, words } = make(list, workers)
      const good = { ...job, stageCount: 1, pieces: 60 }
      for (let run = 0; run < 30; run++) {
        words().fill(2)
        expect(() => team.runHere(job)).toThrow('please report this')
        expectAll(words(), stepped(2, 1))
        team.runHere(good)
        expectAll(words(), stepped(2, 2))
      }
    }
  })

  test('is told to a thread that does not wait', async () => {
    const { team, job, words } = make(list, 2)
    const good = { ...job, stageCount: 1, pieces: 60 }
    for (let run = 0; run < 30; run++) {
      words().fill(2)
      await expect(team.runThere(job)).rejects.toThrow('please report this')
      expectAll(words(), stepped(2, 1))
      await team.runThere(good)
      expectAll(words(), stepped(2, 2))
    }
  })
})

test('a team that is closed while it runs says so', async () => {
  const { team, job } = make(stages, 1)
  const run = team.runThere(job)
  team.close()
  await expect(run).rejects.toThrow('please report this')
})
