/*
 * The update rules once more, in plain loops over arrays of doubles, written from PyTorch's documentation and not from
 * the code they test.
 */

/** Takes gradients step by step and gives the parameters after each. */
export type Transcription = (w: readonly number[], gradients: readonly (readonly number[])[]) => number[][]

/** `torch.optim.SGD`. */
export function sgdTranscription(o: {
  readonly lr: (step: number) => number
  readonly momentum: number
  readonly dampening: number
  readonly weightDecay: number
  readonly nesterov: boolean
}): Transcription {
  return (start, gradients) => {
    const w = [...start]
    let buffer: number[] | null = null
    return gradients.map((given, step) => {
      const g = given.map((v, i) => v + o.weightDecay * w[i]!)
      const previous: number[] | null = buffer
      const b: number[] = g.map((v, i) =>
        previous === null ? v : o.momentum * previous[i]! + (1 - o.dampening) * v,
      )
      if (o.momentum > 0) buffer = b
      for (let i = 0; i < w.length; i++) {
        const direction = o.momentum === 0 ? g[i]! : o.nesterov ? g[i]! + o.momentum * b[i]! : b[i]!
        w[i]! -= o.lr(step) * direction
      }
      return [...w]
    })
  }
}

/** `torch.optim.AdamW`. */
export function adamWTranscription(o: {
  readonly lr: (step: number) => number
  readonly betas: readonly [number, number]
  readonly eps: number
  readonly weightDecay: number
}): Transcription {
  const [b1, b2] = o.betas
  return (start, gradients) => {
    const w = [...start]
    const m = w.map(() => 0)
    const v = w.map(() => 0)
    return gradients.map((g, step) => {
      const t = step + 1
      const lr = o.lr(step)
      for (let i = 0; i < w.length; i++) {
        w[i]! *= 1 - lr * o.weightDecay
        m[i] = b1 * m[i]! + (1 - b1) * g[i]!
        v[i] = b2 * v[i]! + (1 - b2) * g[i]! * g[i]!
        const mHat = m[i]! / (1 - b1 ** t)
        const vHat = v[i]! / (1 - b2 ** t)
        w[i]! -= (lr * mHat) / (Math.sqrt(vHat) + o.eps)
      }
      return [...w]
    })
  }
}
