import cliProgress from 'cli-progress'
import { formatCount, formatDuration, formatLoss, formatPercent } from '../format.ts'
import { standing } from './estimate.ts'
import type { Progress, RunOutline } from './progress.ts'

/** Progress as a bar that is drawn over and over, on a terminal. Lines that stay appear above it. */
export function barProgress(
  outline: RunOutline,
  terminal: NodeJS.WriteStream,
  print: (line: string) => void,
): Progress {
  const bar = new cliProgress.SingleBar(
    {
      stream: terminal,
      format: '{bar} {percentage} %  {status}',
      barsize: (terminal.columns ?? 80) < 110 ? 12 : 24,
      clearOnComplete: true,
      // Ours: samkit saves first, and a cursor hidden by the bar would stay so after a second Ctrl-C.
      gracefulExit: false,
      hideCursor: false,
      linewrap: true,
    },
    cliProgress.Presets.shades_classic,
  )
  let step = 0
  let status = 'starting'
  let shown = false

  const draw = (): void => {
    if (shown) bar.update(step, { status })
    else bar.start(outline.totalSteps, step, { status })
    shown = true
  }
  const hide = (): void => {
    if (shown) bar.stop()
    shown = false
  }

  return {
    step: (state) => {
      const at = standing(outline, state)
      step = at.step
      status = [
        `epoch ${at.epoch}/${at.epochs}`,
        `loss ${formatLoss(at.loss)}`,
        `accuracy ${formatPercent(at.accuracy)}`,
        `${formatCount(at.examplesPerSecond)} images/s`,
        `${formatDuration(at.secondsLeft)} left`,
      ].join(' · ')
      draw()
    },
    test: (images) => {
      status = `testing: ${formatCount(images)} of ${formatCount(outline.testImages)} images`
      draw()
    },
    line: (text) => {
      hide()
      print(text)
    },
    stop: hide,
  }
}
