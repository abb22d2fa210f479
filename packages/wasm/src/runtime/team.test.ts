import { afterEach, describe, expect, test } from 'vitest'
import type { Level, PreparedKernel, Stage } from './stages.ts'
import { type Bench, bench, onWords, step, stepped, trap } from './team.testing.ts'

const count = 240
const whole = onWords(step(count))
const halves = [onWords(step(count / 2)), onWords(step(count / 2), count / 2)]

function stage(pieces: number, kernel: PreparedKernel = whole): Stage {
  const phase = kernel.generated.phases[0]!
  return { pieces, calls: [{ kernel, phase, size: Math.ceil(phase.outer / pieces) }], cost: 1 }
}

// Each level steps every word once.
const kinds: readonly Level[] = [
  [stage(1)],
  [stage(7)],
  [stage(20, halves[0]), stage(30, halves[1])],
  [stage(1)],
  [stage(1, halves[0]), stage(1, halves[1])],
  [stage(240)],
]
const levels = Array.from({ length: 40 }, (_, i) => kinds[i % kinds.length]!)

const open: Bench[] = []

function make(list: readonly Level[], workers: number): Bench {
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
  test('runs every piece once, level after level, run after run', () => {
    const { team, job, words } = make(levels, workers)
    for (let run = 0; run < 300; run++) {
      words().fill(run)
      team.runHere(job)
      expectAll(words(), stepped(run, levels.length))
    }
  })
})

describe.each([1, 3])('a team of %i workers, this thread not waiting', (workers) => {
  test('runs every piece once, level after level, run after run', async () => {
    const { team, job, words } = make(levels, workers)
    for (let run = 0; run < 100; run++) {
      words().fill(run)
      await team.runThere(job)
      expectAll(words(), stepped(run, levels.length))
    }
  })
})

test('runs of several programs follow one another', () => {
  const first = make(levels, 2)
  const { arena, team } = first
  const jobs = [first.job, { ...first.job, program: { ...first.job.program, id: -1 } }]
  first.words().fill(5)
  for (let run = 0; run < 50; run++) team.runHere(jobs[run % 2]!)
  team.forget(-1)
  for (let run = 0; run < 50; run++) team.runHere(jobs[run % 2]!)
  expectAll(first.words(), stepped(5, 100 * levels.length))
  expect(arena.use.free).toBeGreaterThan(0)
})

test('workers start when they are needed, and are replaced when they end', async () => {
  const { team, job, words } = make(levels, 2)
  expect(team.workers).toBe(0)
  words().fill(1)
  await team.runThere(job)
  expect(team.workers).toBe(2)
  team.dismiss(1)
  await expect.poll(() => team.workers).toBe(1)
  await team.runThere(job)
  expect(team.workers).toBe(2)
  expectAll(words(), stepped(1, 2 * levels.length))
})

test('where no worker can begin, the thread that asked does the work', async () => {
  const { team, job, words } = make(levels, 2)
  words().fill(1)
  const run = team.runThere(job)
  team.dismiss(1)
  team.dismiss(2)
  await run
  expectAll(words(), stepped(1, levels.length))
  await expect.poll(() => team.workers).toBe(0)
  await team.runThere(job)
  expectAll(words(), stepped(1, 2 * levels.length))
  expect(team.workers).toBe(0)
})

describe('an error in generated code', () => {
  const broken = onWords(trap(count, 100))
  const bad: Stage = {
    pieces: 60,
    calls: [{ kernel: broken, phase: broken.generated.phases[0]!, size: 4 }],
    cost: 1,
  }
  const list = [[stage(60)], [bad], [stage(60)]]

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
  const { team, job } = make(levels, 1)
  const run = team.runThere(job)
  team.close()
  await expect(run).rejects.toThrow('this wasm backend was disposed while it computed')
})
