import { i32 } from '../assembler/index.ts'
import { operand, type Phase, phaseParameters } from '../kernels/generator.ts'
import { Arena } from './arena.ts'
import { assemble } from './assembly.ts'
import { controlBytes } from './control.ts'
import type { Drivers } from './driver.ts'
import { Frame } from './frame.ts'
import { layOutFrame } from './frame-layout.ts'
import { mathImports } from './imports.ts'
import type { Level, PreparedKernel } from './stages.ts'
import { type Job, Team } from './team.ts'

/** A phase that makes `x` of every word of its range `3 x + 1`: done twice or in another order, it gives another number. */
export function step(outer: number): Phase {
  return {
    key: 'step',
    outer,
    grain: 1,
    cost: 1,
    emit: (module) =>
      module.function('step', phaseParameters, null, (code, table, from, to) => {
        const base = code.let(i32.load(table))
        const i = code.local('i32')
        code.for(i, { from, to }, () => {
          const at = code.let(i32.add(base, i32.shl(i, 2)))
          code.run(i32.store(at, i32.add(i32.mul(i32.load(at), 3), 1)))
        })
      }),
  }
}

/** A phase that stops with an error at iteration `at`. */
export function trap(outer: number, at: number): Phase {
  return {
    key: `trap ${at}`,
    outer,
    grain: 1,
    cost: 1,
    emit: (module) =>
      module.function('trap', phaseParameters, null, (code, _, from, to) => {
        code.if(i32.and(i32.leS(from, at), i32.ltS(at, to)), () => code.unreachable())
      }),
  }
}

/** A kernel of one phase on the words of the workspace, from the word at `first`. */
export function onWords(phase: Phase, first = 0): PreparedKernel {
  return {
    generated: { operands: [operand.workspace], phases: [phase], workspaceBytes: 0 },
    workspace: 4 * first,
    steps: [],
    guard: null,
  }
}

/** Levels on `count` words that a team runs, with the words. */
export interface Bench {
  readonly team: Team
  readonly arena: Arena
  readonly job: Job
  readonly words: () => Int32Array
}

let programs = 0

/** Levels of stages made ready in a memory with a team of their own. */
export function bench(levels: readonly Level[], count: number, workers: number): Bench {
  const arena = new Arena({ shared: true, maximum: 2 ** 24, reserved: controlBytes })
  const { module, placeOf } = assemble(levels.flat(), arena)
  const layout = layOutFrame([levels], { buffers: [], scratchBytes: 4 * count }, placeOf, workers + 1)
  const frame = new Frame(layout, arena)
  const scratch = arena.take(layout.scratchBytes)
  frame.bind({ inputs: [], outputs: [], scratch })
  const { memory } = arena
  const { exports } = new WebAssembly.Instance(module, { math: mathImports(), samkit: { memory } })
  const drivers: Drivers = {
    solo: exports.solo as Drivers['solo'],
    drive: exports.drive as Drivers['drive'],
    halt: exports.halt as Drivers['halt'],
  }
  const [segment] = layout.segments
  if (segment === undefined) throw new Error('a bench needs levels')
  const { stageCount, pieces } = segment
  const program = { id: programs++, module, drivers }
  return {
    team: new Team(arena, workers),
    arena,
    job: { program, stages: frame.address + segment.stages, stageCount, pieces },
    words: () => arena.view(scratch, 'i32', count) as Int32Array,
  }
}

/** What {@link step} makes of a word in so many stages. */
export function stepped(word: number, stages: number): number {
  let x = word
  for (let i = 0; i < stages; i++) x = (Math.imul(x, 3) + 1) | 0
  return x
}
