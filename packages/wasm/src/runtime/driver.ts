import {
  atomic,
  type Code,
  type FunctionRef,
  i32,
  i64,
  type Local,
  type ModuleBuilder,
} from '../assembler/index.ts'
import { phaseParameters } from '../kernels/generator.ts'
import { control } from './control.ts'
import { callRecord, stageRecord } from './records.ts'

/** The functions that run a program's stages, as JavaScript sees them. */
export interface Drivers {
  /** Runs all stages on this thread alone. */
  readonly solo: (stages: number, stageCount: number, thread: number) => void
  /**
   * Takes part in a run: claims pieces until none is left. `base` is what `ticket` counted when the run began. With `stay`
   * it returns when all pieces are done, on whichever thread, or the run was halted. Gives 1 where this thread did the last.
   */
  readonly drive: (
    stages: number,
    stageCount: number,
    base: number,
    total: number,
    thread: number,
    stay: number,
  ) => number
  /** Ends a run early: nobody claims any more, and those at work end what they have. */
  readonly halt: (base: number, total: number) => void
}

/** How often a thread looks whether it may go on before it sleeps: some tens of microseconds. */
const patience = 8192

const stageBytes = 4 * stageRecord.words
const callBytes = 4 * callRecord.words

const ticket = 4 * control.ticket
const done = 4 * control.done
const sleepers = 4 * control.sleepers
const halted = 4 * control.halted

/** Adds the functions `solo` and, where memory is shared, `drive` to a module whose table holds its kernels. */
export function addDrivers(module: ModuleBuilder, shared: boolean): void {
  const piece = pieceFunction(module)
  module.export('solo', soloFunction(module, piece))
  if (!shared) return
  module.export('drive', driveFunction(module, piece))
  module.export('halt', haltFunction(module))
}

/** Makes the calls of one piece. */
function pieceFunction(module: ModuleBuilder): FunctionRef {
  return module.function('piece', ['i32', 'i32', 'i32'], null, (code, stage, number, thread) => {
    const call = code.let(i32.load(stage, 4 * stageRecord.calls))
    const end = code.let(
      i32.add(call, i32.mul(i32.load(stage, 4 * stageRecord.callCount), i32.const(callBytes))),
    )
    code.while(
      () => i32.ne(call, end),
      () => {
        const runs = code.let(i32.const(1))
        const guard = code.let(i32.load(call, 4 * callRecord.guard))
        code.if(guard, () => {
          const bool = i32.load8u(i32.add(guard, i32.load(call, 4 * callRecord.guardAt)))
          code.set(runs, i32.ne(bool, i32.load(call, 4 * callRecord.skippedBy)))
        })
        code.if(runs, () => {
          const size = code.let(i32.load(call, 4 * callRecord.size))
          const outer = code.let(i32.load(call, 4 * callRecord.outer))
          const from = code.let(i32.mul(number, size))
          const to = code.let(i32.add(from, size))
          code.if(i32.gtU(to, outer), () => code.set(to, outer))
          const copy = i32.mul(thread, i32.load(call, 4 * callRecord.tableStride))
          const table = i32.add(i32.load(call, 4 * callRecord.table), copy)
          const place = i32.load(call, 4 * callRecord.function)
          code.run(module.callIndirect(phaseParameters, place, table, from, to))
        })
        code.increase(call, callBytes)
      },
    )
  })
}

function soloFunction(module: ModuleBuilder, piece: FunctionRef): FunctionRef {
  return module.function('solo', ['i32', 'i32', 'i32'], null, (code, stages, stageCount, thread) => {
    const stage = code.let<'i32'>(stages)
    const end = code.let(i32.add(stages, i32.mul(stageCount, stageBytes)))
    const [number, count] = [code.local('i32'), code.local('i32')]
    code.while(
      () => i32.ne(stage, end),
      () => {
        code.set(count, i32.sub(i32.load(stage, 4 * stageRecord.end), i32.load(stage)))
        code.for(number, { from: 0, to: count }, () => code.run(module.call(piece, stage, number, thread)))
        code.increase(stage, stageBytes)
      },
    )
  })
}

function driveFunction(module: ModuleBuilder, piece: FunctionRef): FunctionRef {
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const
  return module.function(
    'drive',
    parameters,
    'i32',
    (code, stages, stageCount, base, total, thread, stay) => {
      const stage = code.let<'i32'>(stages)
      const last = code.let(i32.add(stages, i32.mul(i32.sub(stageCount, 1), stageBytes)))
      const [claim, seen, finished] = [code.local('i32'), code.local('i32'), code.local('i32')]
      const rest = patienceOf(code)
      const nextClaim = (): void => code.set(claim, i32.sub(atomic.load(ticket), base))
      nextClaim()
      code.while(
        () => i32.ltU(claim, total),
        () => {
          // Whoever comes late may read records of a run that is over, but its claim below then fails.
          const behind = (): ReturnType<typeof i32.and> =>
            i32.and(i32.geU(claim, i32.load(stage, 4 * stageRecord.end)), i32.ltU(stage, last))
          code.while(behind, () => code.increase(stage, stageBytes))
          code.set(seen, atomic.load(done))
          const gate = i32.load(stage, 4 * stageRecord.gate)
          code.if(
            i32.ltU(i32.sub(seen, base), gate),
            () => rest.wait(seen),
            () => {
              const expected = code.let(i32.add(claim, base))
              const before = atomic.compareExchange(ticket, expected, i32.add(expected, 1))
              code.if(i32.eq(before, expected), () => {
                code.run(module.call(piece, stage, i32.sub(claim, i32.load(stage)), thread))
                code.set(finished, i32.sub(i32.add(atomic.add(done, 1), 1), base))
                code.if(i32.eq(finished, i32.load(stage, 4 * stageRecord.levelEnd)), () => {
                  code.if(i32.load(stage, 4 * stageRecord.wake), () => wakeAll(code))
                })
                rest.renew()
              })
            },
          )
          nextClaim()
        },
      )
      code.if(stay, () => {
        rest.renew()
        code.set(seen, atomic.load(done))
        const open = (): ReturnType<typeof i32.and> =>
          i32.and(i32.ltU(i32.sub(seen, base), total), i32.eqz(atomic.load(halted)))
        code.while(open, () => {
          rest.wait(seen)
          code.set(seen, atomic.load(done))
        })
      })
      return i32.eq(finished, total)
    },
  )
}

/** Ends the claiming, and says how many pieces were claimed by then. */
function haltFunction(module: ModuleBuilder): FunctionRef {
  return module.function('halt', ['i32', 'i32'], null, (code, base, total) => {
    const [next, before] = [code.local('i32'), code.local('i32')]
    code.if(i32.eqz(atomic.compareExchange(halted, 0, -1)), () => {
      code.doWhile(
        () => {
          code.set(next, atomic.load(ticket))
          code.set(before, atomic.compareExchange(ticket, next, i32.add(base, total)))
        },
        () => i32.ne(next, before),
      )
      code.run(atomic.store(halted, i32.add(i32.sub(next, base), 1)))
    })
    code.drop(atomic.notify(done, -1))
  })
}

function wakeAll(code: Code): void {
  code.if(atomic.load(sleepers), () => code.drop(atomic.notify(done, -1)))
}

/** Waiting for `done` to be another number than `seen`: first awake, then asleep. */
function patienceOf(code: Code): { wait(seen: Local<'i32'>): void; renew(): void } {
  const left = code.let(i32.const(patience))
  return {
    renew: () => code.set(left, i32.const(patience)),
    wait: (seen) => {
      code.if(
        left,
        () => code.increase(left, -1),
        () => {
          code.drop(atomic.add(sleepers, 1))
          code.drop(atomic.wait(done, seen, i64.const(-1n)))
          code.drop(atomic.add(sleepers, -1))
          code.set(left, i32.const(patience))
        },
      )
    },
  }
}
