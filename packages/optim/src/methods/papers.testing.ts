import { type Problem, plainGradient, plainLosses, sizes, type Vector } from './network.testing.ts'

/*
 * The papers' algorithm boxes once more, in plain loops over arrays of doubles, written from the equations and not from
 * the code they test. Parameters are one vector; where an algorithm looks at layers, `sizes` says where each begins.
 */

export const plus = (a: Vector, b: Vector, factor = 1): number[] => a.map((v, i) => v + factor * b[i]!)
export const timesNumber = (a: Vector, factor: number): number[] => a.map((v) => v * factor)
export const inner = (a: Vector, b: Vector): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0)
export const length = (a: Vector): number => Math.sqrt(inner(a, a))

/** `v` scaled to `size`, or 0 where it has no direction. */
function toLength(v: Vector, size: number): number[] {
  const norm = length(v)
  return norm === 0 ? v.map(() => 0) : timesNumber(v, size / norm)
}

/** The pieces of a vector that are one tensor each. */
export function layersOf(v: Vector): number[][] {
  let from = 0
  return sizes.map((size) => {
    from += size
    return v.slice(from - size, from)
  })
}

/** A base optimizer that has taken some steps. */
export interface PlainBase {
  /** Whether it has momentum. */
  readonly remembers: boolean
  /** The momentum; null before the first step. */
  momentum(): Vector | null
  step(w: Vector, g: Vector): number[]
}

/** SGD with momentum and L2 decay. */
export function plainSgd(lr: number, mu: number, decay: number): PlainBase {
  let b: number[] | null = null
  return {
    remembers: mu > 0,
    momentum: () => b,
    step: (w, g) => {
      const decayed = plus(g, w, decay)
      b = b === null ? decayed : plus(timesNumber(b, mu), decayed)
      return plus(w, b, -lr)
    },
  }
}

/** AdamW with the default betas. */
export function plainAdamW(lr: number, decay: number): PlainBase {
  let [m, v, t]: [number[] | null, number[] | null, number] = [null, null, 0]
  return {
    remembers: true,
    momentum: () => m,
    step: (w, g) => {
      t += 1
      const oldM: Vector = m ?? g.map(() => 0)
      const oldV: Vector = v ?? g.map(() => 0)
      const newM = oldM.map((value, i) => 0.9 * value + 0.1 * g[i]!)
      const newV = oldV.map((value, i) => 0.999 * value + 0.001 * g[i]! * g[i]!)
      ;[m, v] = [newM, newV]
      return w.map((value, i) => {
        const mHat = newM[i]! / (1 - 0.9 ** t)
        const vHat = newV[i]! / (1 - 0.999 ** t)
        return value * (1 - lr * decay) - (lr * mHat) / (Math.sqrt(vHat) + 1e-8)
      })
    },
  }
}

/** A method's next parameters, from problem, parameters, step number and base; it keeps its own state. */
export type PaperStep = (problem: Problem, w: Vector, t: number, base: PlainBase) => number[]

/** Foret et al., 2021, Algorithm 1. */
export const paperSam =
  (rho: number): PaperStep =>
  (problem, w, _, base) => {
    const g = plainGradient(problem, w)
    return base.step(w, plainGradient(problem, plus(w, toLength(g, rho))))
  }

/** Kwon et al., 2021; T on tensors of two axes only: here the first. */
export const paperAsam =
  (rho: number, eta: number, all: boolean): PaperStep =>
  (problem, w, _, base) => {
    const t = w.map((value, i) => (all || i < sizes[0] ? Math.abs(value) + eta : 1))
    const tg = plainGradient(problem, w).map((value, i) => value * t[i]!)
    const epsilon = toLength(tg, rho).map((value, i) => value * t[i]!)
    return base.step(w, plainGradient(problem, plus(w, epsilon)))
  }

/** Liu et al., 2022, with the ascent given. */
export function paperLook(
  ascent: (w: Vector, g: Vector) => number[],
  k: number,
  alpha: number,
  perTensor = false,
): PaperStep {
  let gv: number[] = []
  const split = (v: Vector): number[][] => (perTensor ? layersOf(v) : [[...v]])
  return (problem, w, t, base) => {
    const g = plainGradient(problem, w)
    if (t % k !== 0) {
      const kept = split(gv)
      const reused = split(g).flatMap((part, j) => {
        const size = length(kept[j]!)
        return size === 0 ? part : plus(part, kept[j]!, (alpha * length(part)) / size)
      })
      return base.step(w, reused)
    }
    const gs = plainGradient(problem, plus(w, ascent(w, g)))
    const here = split(g)
    gv = split(gs).flatMap((part, j) => {
      const cosine = inner(here[j]!, part) / (length(here[j]!) * length(part))
      return plus(part, here[j]!, (-length(part) * cosine) / length(here[j]!))
    })
    return base.step(w, gs)
  }
}

/** SAM's ascent. */
export const ballAscent =
  (rho: number) =>
  (_: Vector, g: Vector): number[] =>
    toLength(g, rho)

/** The four forms of the layer-wise ascent. */
export const layerAscent =
  (rho: number, form: 'paper' | 'trust' | 'unit' | 'asam', [low, high]: readonly [number, number]) =>
  (w: Vector, g: Vector): number[] => {
    const ws = layersOf(w)
    const gs = layersOf(g)
    const root = Math.sqrt(ws.reduce((sum, layer, j) => sum + inner(layer, layer) * inner(gs[j]!, gs[j]!), 0))
    return ws.flatMap((layer, j) => {
      const own = gs[j]!
      const size = length(layer)
      if (form === 'unit') return toLength(own, rho)
      if (form === 'trust') return toLength(own, rho * size)
      if (form === 'asam') return timesNumber(own, (rho * size ** 2) / root)
      const xi = Math.min(high, Math.max(low, size / length(own)))
      return timesNumber(own, (rho * xi) / length(g))
    })
  }

/** Liu et al., 2022, section 3.3. */
export const paperLayerSam =
  (ascent: (w: Vector, g: Vector) => number[]): PaperStep =>
  (problem, w, _, base) => {
    const g = plainGradient(problem, w)
    return base.step(w, plainGradient(problem, plus(w, ascent(w, g))))
  }

/** The places of the `k` largest, largest first. */
export function topK(values: Vector, k: number): number[] {
  return [...values.keys()].sort((i, j) => values[j]! - values[i]! || i - j).slice(0, k)
}

/** Ni et al., 2022. */
export const paperKSam =
  (rho: number, k: number): PaperStep =>
  (problem, w, _, base) => {
    const rows = topK(plainLosses(problem, w), k)
    const g = plainGradient(problem, w, rows)
    return base.step(w, plainGradient(problem, plus(w, toLength(g, rho)), rows))
  }

/**
 * Du et al., 2022, with the masks drawn before: one number for each weight, 0 or 1. With `keptNorm` as in the authors' code, whose
 * norm is that of the gradients that are there.
 */
export const paperEsam =
  (rho: number, beta: number, chosen: number, masks: (t: number) => Vector, keptNorm = false): PaperStep =>
  (problem, w, t, base) => {
    const before = plainLosses(problem, w)
    const g = plainGradient(problem, w)
    const mask = masks(t)
    const onlyKept = (v: Vector): number[] => v.map((value, i) => value * mask[i]!)
    const epsilon = keptNorm ? toLength(onlyKept(g), rho / beta) : onlyKept(toLength(g, rho / beta))
    const there = plus(w, epsilon)
    const rows = topK(
      plainLosses(problem, there).map((loss, i) => loss - before[i]!),
      chosen,
    )
    return base.step(w, plainGradient(problem, there, rows))
  }

/** Becker et al., 2024, Algorithm 1; without momentum below, along the last gradient. */
export function paperMomentumSam(rho: number, eta?: number): PaperStep {
  let last: Vector | null = null
  return (problem, w, _, base) => {
    const v = base.remembers ? base.momentum() : last
    // With eta, the adaptive variant: the ball is measured by |w| + eta.
    const t = w.map((value) => (eta === undefined ? 1 : Math.abs(value) + eta))
    const tv = v?.map((value, i) => value * t[i]!) ?? w.map(() => 0)
    const epsilon = toLength(tv, -rho).map((value, i) => value * t[i]!)
    const g = plainGradient(problem, plus(w, epsilon))
    last = g
    return base.step(w, g)
  }
}

/** Zhuang et al., 2022, and the variant of the authors' code. */
export const paperGsam =
  (rho: number, alpha: number, keepsClean: boolean): PaperStep =>
  (problem, w, _, base) => {
    const g = plainGradient(problem, w)
    const gp = plainGradient(problem, plus(w, toLength(g, rho)))
    if (keepsClean) {
      const across = plus(gp, g, -inner(gp, g) / inner(g, g))
      return base.step(w, plus(g, across, alpha))
    }
    const across = plus(g, gp, -inner(g, gp) / inner(gp, gp))
    return base.step(w, plus(gp, across, -alpha))
  }

/** Wu et al., 2024, as their code has it. */
export const paperCrSam =
  (rho: number, a: number, b: number): PaperStep =>
  (problem, w, _, base) => {
    const g = plainGradient(problem, w)
    const ahead = plainGradient(problem, plus(w, toLength(g, rho)))
    const behind = plainGradient(problem, plus(w, toLength(g, -rho)))
    return base.step(
      w,
      ahead.map((v, i) => v + a * (v + behind[i]! - 2 * g[i]!) + b * (v - behind[i]!)),
    )
  }

/** Li et al., 2025, with the weight of each example. */
export const paperFocalSam =
  (rho: number, c: Vector): PaperStep =>
  (problem, w, _, base) => {
    const rest = plainGradient(
      problem,
      w,
      undefined,
      c.map((v) => 1 - v),
    )
    const focal = plainGradient(problem, w, undefined, c)
    const there = plainGradient(problem, plus(w, toLength(focal, rho)), undefined, c)
    return base.step(w, plus(rest, there))
  }
