import type { Guard } from '@samkit/core/compiler'
import type { Generated, Phase } from '../kernels/generator.ts'

/** A kernel of a program with its generated phases. */
export interface PreparedKernel {
  readonly generated: Generated
  /** Where its workspace begins in the program's scratch. */
  readonly workspace: number
  /** The plan steps it computes. */
  readonly steps: readonly number[]
  /** What it is skipped by, or null. */
  readonly guard: Guard | null
}

/** One phase's share in the pieces of a stage. */
export interface Call {
  readonly kernel: PreparedKernel
  readonly phase: Phase
  /** The iterations of one piece; the last piece ends at `phase.outer`. */
  readonly size: number
}

/** Work cut into pieces that any thread may take. Each piece makes every call, on its share. */
export interface Stage {
  readonly pieces: number
  readonly calls: readonly Call[]
  /** Roughly how many nanoseconds all pieces take together. */
  readonly cost: number
}

/** Stages between two barriers: threads go on from one to the next without waiting. */
export type Level = readonly Stage[]

/** A piece should take so many nanoseconds: long beside what claiming it takes, short beside a stage. */
export const pieceCost = 20_000

/** A single kernel gains nothing from more pieces than keep a machine's threads evenly busy. */
const mostPieces = 64

/** A chain of kernels finds its data in the cache as long as a piece is small. */
const mostChainedPieces = 4096

function piecesFor(cost: number, least: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(cost / least)))
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

/** A stage of one phase. How it is cut depends on sizes only. */
function single(kernel: PreparedKernel, phase: Phase, least: number): Stage {
  const { outer, grain, cost } = phase
  const grains = Math.ceil(outer / grain)
  const size = Math.ceil(grains / piecesFor(outer * cost, least, mostPieces)) * grain
  return { pieces: Math.ceil(outer / size), calls: [{ kernel, phase, size }], cost: outer * cost }
}

/** A stage in which each piece runs one phase of every kernel on its share; null where they cannot be cut alike. */
function chained(
  kernels: readonly PreparedKernel[],
  phases: readonly Phase[],
  parts: number,
  least: number,
): Stage | null {
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
  const size = Math.ceil(steps / piecesFor(cost, least, mostChainedPieces)) * step
  const calls = phases.map((phase, i) => ({
    kernel: kernels[i] as PreparedKernel,
    phase,
    size: (phase.outer / parts) * size,
  }))
  return { pieces: Math.ceil(parts / size), calls, cost }
}

/**
 * The stages of a task: first what its kernels prepare, then their last phases, chained where they can be cut alike and
 * one after another where not. A piece should cost at least `least` nanoseconds.
 */
export function stagesOf(
  kernels: readonly PreparedKernel[],
  parts: number,
  least: number = pieceCost,
): Stage[] {
  const lasts = kernels.flatMap(({ generated: { phases } }) => phases.slice(-1))
  const chain =
    kernels.length > 1 && lasts.length === kernels.length ? chained(kernels, lasts, parts, least) : null
  const alone = (kernel: PreparedKernel, phases: readonly Phase[]): Stage[] =>
    phases.filter(({ outer }) => outer > 0).map((phase) => single(kernel, phase, least))
  if (chain === null) return kernels.flatMap((kernel) => alone(kernel, kernel.generated.phases))
  return [...kernels.flatMap((kernel) => alone(kernel, kernel.generated.phases.slice(0, -1))), chain]
}

/** One stage of one piece in which whoever takes it does what all of these do, in their order. */
function inOne(stages: readonly Stage[]): Stage {
  return {
    pieces: 1,
    calls: stages.flatMap(({ calls }) => calls),
    cost: stages.reduce((sum, { cost }) => sum + cost, 0),
  }
}

/** The levels of tasks that have nothing to do with each other: their first stages, then their second ones. */
export function levelsOf(tasks: readonly (readonly Stage[])[], least: number = pieceCost): Level[] {
  const count = Math.max(0, ...tasks.map((stages) => stages.length))
  return Array.from({ length: count }, (_, i) =>
    level(
      tasks.flatMap((stages) => stages[i] ?? []),
      least,
    ),
  )
}

/** Small work goes together, until it is worth a piece of its own. */
function level(stages: readonly Stage[], least: number): Level {
  const out: Stage[] = stages.filter(({ pieces }) => pieces > 1)
  let small: Stage[] = []
  for (const stage of stages.filter(({ pieces }) => pieces === 1)) {
    small.push(stage)
    if (inOne(small).cost < least) continue
    out.push(inOne(small))
    small = []
  }
  if (small.length > 0) out.push(inOne(small))
  return out
}

/** Joins neighbours that are one piece each: whoever takes it makes all their calls, and needs no barrier. */
export function joined(levels: readonly Level[]): Level[] {
  const out: Level[] = []
  const alone = (level: Level | undefined): boolean => level?.length === 1 && level[0]?.pieces === 1
  for (const level of levels) {
    const last = out.at(-1)
    if (last !== undefined && alone(last) && alone(level)) out[out.length - 1] = [inOne([...last, ...level])]
    else out.push(level)
  }
  return out
}
