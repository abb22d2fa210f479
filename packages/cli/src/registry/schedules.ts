/** How the learning rate moves over a run. */
export interface ScheduleEntry {
  /** One line for `--help`. */
  readonly summary: string
  /** The learning rate at a step (0 for the first) of so many. */
  at(lr: number, step: number, totalSteps: number): number
}

/** What `--schedule` accepts. A new schedule is one entry here. */
export const schedules: Readonly<Record<string, ScheduleEntry>> = {
  cosine: {
    summary: 'falls from --lr to nearly 0 along half a cosine (Loshchilov & Hutter, 2017)',
    at: (lr, step, totalSteps) => (lr / 2) * (1 + Math.cos((Math.PI * step) / totalSteps)),
  },
  constant: { summary: 'stays at --lr', at: (lr) => lr },
}
