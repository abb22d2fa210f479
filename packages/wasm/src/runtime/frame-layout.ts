import type { Buffer, Program } from '@samkit/core/compiler'
import { failureBytes } from '../kernels/failure.ts'
import { operand, type Phase } from '../kernels/generator.ts'
import { aligned } from './free-space.ts'
import { callRecord, stageRecord } from './records.ts'
import type { Level, PreparedKernel, Stage } from './stages.ts'

/** Words that are known only where a frame lies or when it runs: pairs of a word's place and what it stands for. */
export interface Patches {
  /** What is added: offsets into the frame itself. */
  readonly frame: Int32Array
  /** Offsets into the program's scratch. */
  readonly scratch: Int32Array
  /** Numbers of program inputs. */
  readonly inputs: Int32Array
  /** Numbers of program outputs. */
  readonly outputs: Int32Array
}

/** Stages that run without a stop, as `drive` is told of them. */
export interface Segment {
  /** Where the first stage's record is, in bytes from the frame's start. */
  readonly stages: number
  readonly stageCount: number
  /** Pieces in all. */
  readonly pieces: number
  /** Whether any level has more than one piece. */
  readonly parallel: boolean
}

/** A kernel that may fail, and where its words are. */
export interface Watched {
  readonly kernel: PreparedKernel
  /** The first of its words, counted from the frame's start. */
  readonly word: number
}

/** A program's records and tables as they lie in memory, but for {@link Patches}. */
export interface FrameLayout {
  readonly words: Int32Array
  readonly patches: Patches
  readonly segments: readonly Segment[]
  readonly watched: readonly Watched[]
  /** Bytes of scratch: the program's own, then for each thread what it has to itself. */
  readonly scratchBytes: number
}

/** Lays out the records of segments of stages, and the tables of their kernels. */
export function layOutFrame(
  segments: readonly (readonly Level[])[],
  { buffers, scratchBytes }: Pick<Program, 'buffers' | 'scratchBytes'>,
  placeOf: (phase: Phase) => number,
  threads: number,
): FrameLayout {
  const draft = new Draft()
  const kernels = [...new Set(segments.flat(2).flatMap(({ calls }) => calls.map(({ kernel }) => kernel)))]
  const privateBytes = aligned(Math.max(0, ...kernels.map(({ generated }) => generated.privateBytes ?? 0)))
  const shared = aligned(scratchBytes)
  const privates = Array.from({ length: threads }, (_, thread) => shared + thread * privateBytes)
  const tables = new Map(kernels.map((kernel) => [kernel, tableOf(draft, kernel, buffers, privates)]))
  const laidOut = segments.map((levels) => {
    const stages = levels.flat()
    const first = draft.reserve(stages.length * stageRecord.words)
    let [at, start, gate] = [first, 0, 0]
    for (const [i, level] of levels.entries()) {
      const levelEnd = gate + piecesOf(level)
      const next = levels[i + 1]
      const wake = next === undefined || piecesOf(next) > 1 ? 1 : 0
      for (const stage of level) {
        const end = start + stage.pieces
        draft.record(at, stageRecord, { start, end, gate, levelEnd, wake, callCount: stage.calls.length })
        draft.patch('frame', at + stageRecord.calls, 4 * callsOf(draft, stage, { tables, buffers, placeOf }))
        at += stageRecord.words
        start = end
      }
      gate = levelEnd
    }
    const parallel = levels.some((level) => piecesOf(level) > 1)
    return { stages: 4 * first, stageCount: stages.length, pieces: gate, parallel }
  })
  return {
    words: Int32Array.from(draft.words),
    patches: draft.patches(),
    segments: laidOut,
    watched: [...tables].flatMap(([kernel, { failureWord }]) =>
      failureWord === null ? [] : [{ kernel, word: failureWord }],
    ),
    scratchBytes: shared + threads * privateBytes,
  }
}

function piecesOf(level: Level): number {
  return level.reduce((sum, { pieces }) => sum + pieces, 0)
}

/** Where a kernel's table is. */
interface Table {
  readonly word: number
  /** Bytes from one thread's copy to the next; 0 where one serves all. */
  readonly stride: number
  /** Where its failure words are. */
  readonly failureWord: number | null
}

function tableOf(
  draft: Draft,
  { generated, workspace }: PreparedKernel,
  buffers: readonly Buffer[],
  privates: readonly number[],
): Table {
  const { operands } = generated
  const copies = operands.includes(operand.private) ? privates.length : 1
  const word = draft.reserve(copies * operands.length)
  const failureWord = operands.includes(operand.failure) ? draft.reserve(failureBytes / 4) : null
  for (let copy = 0; copy < copies; copy++) {
    for (const [i, number] of operands.entries()) {
      const place = word + copy * operands.length + i
      if (number === operand.workspace) draft.patch('scratch', place, workspace)
      else if (number === operand.private) draft.patch('scratch', place, privates[copy] ?? 0)
      else if (number === operand.failure) draft.patch('frame', place, 4 * (failureWord ?? 0))
      else draft.patchBuffer(place, buffers[number])
    }
  }
  return { word, stride: copies > 1 ? 4 * operands.length : 0, failureWord }
}

/** What the records of calls point to. */
interface Known {
  readonly tables: ReadonlyMap<PreparedKernel, Table>
  readonly buffers: readonly Buffer[]
  readonly placeOf: (phase: Phase) => number
}

/** Writes the records of a stage's calls, and gives the place of the first. */
function callsOf(draft: Draft, { calls }: Stage, { tables, buffers, placeOf }: Known): number {
  const first = draft.reserve(calls.length * callRecord.words)
  for (const [i, { kernel, phase, size }] of calls.entries()) {
    const at = first + i * callRecord.words
    const { word = 0, stride = 0 } = tables.get(kernel) ?? {}
    draft.record(at, callRecord, { function: placeOf(phase), tableStride: stride, size, outer: phase.outer })
    draft.patch('frame', at + callRecord.table, 4 * word)
    if (kernel.guard !== null) {
      const { buffer, offset, sense } = kernel.guard
      draft.record(at, callRecord, { guardAt: offset, skippedBy: sense ? 0 : 1 })
      draft.patchBuffer(at + callRecord.guard, buffers[buffer])
    }
  }
  return first
}

/** Words and patches in the making. */
class Draft {
  readonly words: number[] = []
  private readonly lists: Record<keyof Patches, number[]> = {
    frame: [],
    scratch: [],
    inputs: [],
    outputs: [],
  }

  /** So many new words, all 0: the place of the first. */
  reserve(count: number): number {
    const at = this.words.length
    for (let i = 0; i < count; i++) this.words.push(0)
    return at
  }

  record<T extends Readonly<Record<string, number>>>(
    at: number,
    layout: T,
    values: { [K in keyof T]?: number },
  ): void {
    for (const [field, value] of Object.entries(values)) this.words[at + (layout[field] ?? 0)] = value ?? 0
  }

  patch(kind: keyof Patches, word: number, value: number): void {
    this.lists[kind].push(word, value)
  }

  patchBuffer(word: number, buffer: Buffer | undefined): void {
    if (buffer?.kind === 'input') this.patch('inputs', word, buffer.input)
    else if (buffer?.kind === 'output') this.patch('outputs', word, buffer.output)
    else if (buffer?.kind === 'scratch') this.patch('scratch', word, buffer.start)
    else throw new Error('samkit: a kernel has an operand that is no buffer; please report this')
  }

  patches(): Patches {
    const { frame, scratch, inputs, outputs } = this.lists
    return {
      frame: Int32Array.from(frame),
      scratch: Int32Array.from(scratch),
      inputs: Int32Array.from(inputs),
      outputs: Int32Array.from(outputs),
    }
  }
}
