import type { Generated, Phase } from '../kernels/generator.ts'

/** A kernel of a program with its generated phases. */
export interface PreparedKernel {
  readonly generated: Generated
  /** Where its workspace begins in the program's scratch. */
  readonly workspace: number
  /** The plan steps it computes. */
  readonly steps: readonly number[]
}

/** One phase's share in the pieces of a stage. */
export interface Call {
  readonly kernel: PreparedKernel
  readonly phase: Phase
  /** The iterations of one piece; the last piece ends at `phase.outer`. */
  readonly size: number
}

/** Work between two barriers, cut into pieces that any thread may take. */
export interface Stage {
  readonly pieces: number
  readonly calls: readonly Call[]
}

/** A piece should take so many nanoseconds: long beside what claiming it takes, short beside a stage. */
const pieceCost = 20_000

/** A single kernel gains nothing from more pieces than keep a machine's threads evenly busy. */
const mostPieces = 64

/** A chain of kernels finds its data in the cache as long as a piece is small. */
const mostChainedPieces = 4096

function piecesFor(cost: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(cost / pieceCost)))
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

/** A stage of one phase. How it is cut depends on sizes only. */
function single(kernel: PreparedKernel, phase: Phase): Stage {
  const { outer, grain, cost } = phase
  const grains = Math.ceil(outer / grain)
  const size = Math.ceil(grains / piecesFor(outer * cost, mostPieces)) * grain
  return { pieces: Math.ceil(outer / size), calls: [{ kernel, phase, size }] }
}

/** A stage in which each piece runs one phase of every kernel on its share; null where they cannot be cut alike. */
function chained(kernels: readonly PreparedKernel[], phases: readonly Phase[], parts: number): Stage | null {
  // Pieces begin at multiples of `step` parts, where every phase's grain fits.
  let step = 1
  let cost = 0
  for (const { outer, grain, cost: each } of phases) {
    if (outer === 0 || outer % parts !== 0) return null
    const own = grain / gcd(grain, outer / parts)
    step = (step / gcd(step, own)) * own
    cost += outer * each
  }
  const steps = Math.ceil(parts / step)
  const size = Math.ceil(steps / piecesFor(cost, mostChainedPieces)) * step
  const calls = phases.map((phase, i) => ({
    kernel: kernels[i] as PreparedKernel,
    phase,
    size: (phase.outer / parts) * size,
  }))
  return { pieces: Math.ceil(parts / size), calls }
}

/**
 * The stages of a task: first what its kernels prepare, then their last phases, chained where they can be cut alike and
 * one after another where not.
 */
export function stagesOf(kernels: readonly PreparedKernel[], parts: number): Stage[] {
  const lasts = kernels.flatMap(({ generated: { phases } }) => phases.slice(-1))
  const chain = kernels.length > 1 && lasts.length === kernels.length ? chained(kernels, lasts, parts) : null
  const alone = (kernel: PreparedKernel, phases: readonly Phase[]): Stage[] =>
    phases.filter(({ outer }) => outer > 0).map((phase) => single(kernel, phase))
  if (chain === null) return kernels.flatMap((kernel) => alone(kernel, kernel.generated.phases))
  return [...kernels.flatMap((kernel) => alone(kernel, kernel.generated.phases.slice(0, -1))), chain]
}

/** Joins neighbours that are one piece each: whoever takes it makes all their calls, and needs no barrier. */
export function joined(stages: readonly Stage[]): Stage[] {
  const out: Stage[] = []
  for (const stage of stages) {
    const last = out.at(-1)
    if (last?.pieces === 1 && stage.pieces === 1) {
      out[out.length - 1] = { pieces: 1, calls: [...last.calls, ...stage.calls] }
    } else out.push(stage)
  }
  return out
}
