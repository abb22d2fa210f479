import cliProgress from 'cli-progress'
import { formatCount, formatDuration, formatLoss, formatPercent } from '../format.ts'
import { standing } from './estimate.ts'
import type { Progress, RunOutline } from './progress.ts'

/** Columns that the bar leaves free: a `^C` that the terminal echoes must not go over into the next line. */
const freeColumns = 3

/** Columns of the percentage and the blanks around it. */
const percentageColumns = 8

/** Progress as a bar that is drawn over and over, on a terminal. Lines that stay appear above it. */
export function barProgress(
  outline: RunOutline,
  terminal: NodeJS.WriteStream,
  print: (line: string) => void,
): Progress {
  const { columns = 80 } = terminal
  const narrow = columns < 112
  const barsize = narrow ? 8 : 24
  const room = Math.max(0, columns - barsize - percentageColumns - freeColumns)
  const bar = new cliProgress.SingleBar(
    {
      stream: terminal,
      format: '{bar} {percentage} %  {status}',
      barsize,
      clearOnComplete: true,
      // samkit stops by itself, and a second Ctrl-C must not leave the terminal without cursor or line wrapping.
      gracefulExit: false,
      hideCursor: false,
      linewrap: true,
    },
    cliProgress.Presets.shades_classic,
  )
  let step = 0
  let shown = false

  const draw = (text: string): void => {
    const status = text.slice(0, room)
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
      const parts = [
        `epoch ${at.epoch}/${at.epochs}`,
        `loss ${narrow ? at.loss.toFixed(2) : formatLoss(at.loss)}`,
        `${narrow ? 'acc' : 'accuracy'} ${formatPercent(at.accuracy)}`,
        `${formatCount(at.examplesPerSecond)} ${narrow ? 'img' : 'images'}/s`,
        `${formatDuration(at.secondsLeft)} left`,
      ]
      draw(parts.join(narrow ? '  ' : ' · '))
    },
    test: (images) => draw(`testing: ${formatCount(images)} of ${formatCount(outline.testImages)} images`),
    line: (text) => {
      hide()
      print(text)
    },
    stop: hide,
  }
}
