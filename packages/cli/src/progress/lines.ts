import { formatCount, formatDuration, formatLoss, formatPercent } from '../format.ts'
import { standing } from './estimate.ts'
import type { Progress, RunOutline } from './progress.ts'

/** Progress as plain lines: one now and then, more seldom the longer the run goes on. For logs and pipes. */
export function lineProgress(outline: RunOutline, print: (line: string) => void): Progress {
  const started = performance.now()
  let nextLine = 5
  return {
    step: (state) => {
      const elapsed = (performance.now() - started) / 1000
      if (elapsed < nextLine) return
      nextLine = elapsed + Math.min(60, Math.max(10, elapsed / 10))
      const at = standing(outline, state)
      print(
        [
          `epoch ${at.epoch}/${at.epochs}`,
          `step ${at.step}/${at.steps}`,
          `loss ${formatLoss(at.loss)}`,
          `accuracy ${formatPercent(at.accuracy)}`,
          `${formatCount(at.examplesPerSecond)} images/s`,
          `${formatDuration(at.secondsLeft)} left`,
        ].join('  '),
      )
    },
    test: () => {},
    line: print,
    stop: () => {},
  }
}
