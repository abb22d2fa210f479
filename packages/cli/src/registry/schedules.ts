/** How the learning rate moves over a run. */
export interface ScheduleEntry {
  /** One line for `--help`. */
  readonly summary: string
  /** The learning rate at a step (0 for the first) of so many, after the warm-up. */
  at(lr: number, step: number, totalSteps: number): number
}

/** What `--schedule` accepts. A new schedule is one entry here. */
export const schedules: Readonly<Record<string, ScheduleEntry>> = {
  cosine: {
    summary: 'falls from --lr to nearly 0 along half a cosine (Loshchilov & Hutter, 2017)',
    at: (lr, step, totalSteps) => (lr / 2) * (1 + Math.cos((Math.PI * step) / totalSteps)),
  },
  constant: { summary: 'stays at --lr', at: (lr) => lr },
  step: {
    summary: 'a tenth of it after half of the run, a hundredth after three quarters (He et al., 2016)',
    at: (lr, step, totalSteps) =>
      lr * 0.1 ** Math.max(0, Math.min(2, Math.floor((4 * step) / totalSteps) - 1)),
  },
}

/**
 * The learning rate at a step: up to `lr` in a straight line over `warmup` steps, the last of them at `lr`, then the
 * schedule over the steps that remain.
 */
export function learningRate(
  schedule: ScheduleEntry,
  { lr, warmup, totalSteps }: { readonly lr: number; readonly warmup: number; readonly totalSteps: number },
): (step: number) => number {
  return (step) =>
    step < warmup
      ? (lr * (step + 1)) / warmup
      : schedule.at(lr, step - warmup, Math.max(1, totalSteps - warmup))
}
