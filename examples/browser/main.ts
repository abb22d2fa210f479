// The page: a form, one run at a time, and what is drawn of it.
import { lineChart } from './chart.ts'
import { median, smoothed, thinned } from './curves.ts'
import { settingsForm } from './form.ts'
import { pictures } from './pictures.ts'
import { type Phase, Run } from './run.ts'

const form = byId('settings', HTMLFormElement)
const buttons = {
  start: byId('start', HTMLButtonElement),
  stop: byId('stop', HTMLButtonElement),
  reset: byId('reset', HTMLButtonElement),
}
const status = byId('status', HTMLElement)
const lossChart = lineChart(byId('loss-chart', HTMLElement), {
  title: 'Training loss',
  top: null,
  format: (value) => value.toFixed(2),
})
const accuracyChart = lineChart(byId('accuracy-chart', HTMLElement), {
  title: 'Test accuracy',
  top: 1,
  format: percent,
})
const gallery = pictures(byId('pictures', HTMLElement))

let run: Run | null = null
/** The run before, for its curves. */
let before: Run | null = null
let drawing = false

// Another choice is another run.
const settings = await settingsForm(form, reset)

form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (run === null) run = new Run(settings.read(), drawSoon)
  else run.go()
  draw()
})
buttons.stop.addEventListener('click', () => {
  run?.stop()
  draw()
})
buttons.reset.addEventListener('click', reset)
draw()

/** Ends the run; its curves stay until the next one ends. */
function reset(): void {
  if (run === null) return
  run.end()
  if (run.steps > 0) before = run
  run = null
  draw()
}

/** Draws in the next frame, however much happens until then. */
function drawSoon(): void {
  if (drawing) return
  drawing = true
  requestAnimationFrame(() => {
    drawing = false
    draw()
  })
}

function draw(): void {
  const going = run !== null && (run.phase === 'begun' || run.phase === 'running')
  buttons.start.disabled = going || run?.phase === 'stopping' || run?.phase === 'failed'
  buttons.start.textContent = run === null ? 'Start' : 'Resume'
  buttons.stop.disabled = !going
  buttons.reset.disabled = run === null
  settings.enable(!going && run?.phase !== 'stopping')
  say(run === null ? 'Ready.' : words(run), run?.phase === 'failed')

  const steps = run?.steps ?? 0
  figure('steps', steps > 0, () => String(steps))
  figure('loss', steps > 0, () => (smoothed(run?.loss ?? []).at(-1)?.[1] ?? Number.NaN).toFixed(3))
  const accuracy = run?.accuracy.at(-1)?.[1]
  figure('accuracy', accuracy !== undefined, () => percent(accuracy ?? 0))
  figure('duration', steps > 1, () => milliseconds(median((run?.durations ?? []).slice(1).slice(-20))))
  figure('first', steps > 0, () => milliseconds(run?.durations[0] ?? Number.NaN))
  figure('cost', steps > 0, () => (run?.cost ?? 0).toFixed(2))
  figure('computed-by', steps > 0, () => run?.computedBy ?? '')

  const smooth = (of: Run | null) => thinned(smoothed(of?.loss ?? []))
  lossChart.draw([
    { look: 'before', points: smooth(before) },
    { look: 'detail', points: thinned(run?.loss ?? []) },
    { look: 'now', points: smooth(run) },
  ])
  accuracyChart.draw([
    { look: 'before', points: thinned(before?.accuracy ?? []) },
    { look: 'now', points: thinned(run?.accuracy ?? []) },
  ])
  gallery.show(run?.guesses ?? [])
}

function words({ phase, failure, parameters, steps }: Run): string {
  const sentences: Readonly<Record<Phase, string>> = {
    begun: 'Starting: the first step compiles what the others run.',
    running: `Training ${parameters.toLocaleString('en')} parameters.`,
    stopping: 'Stopping after this step.',
    stopped: `Stopped after ${steps} steps. Resume, or change a setting to begin anew.`,
    failed: `This failed: ${failure}`,
  }
  return sentences[phase]
}

/** Only what is new is written: screen readers read it out. */
function say(text: string, failed: boolean): void {
  if (status.textContent !== text) status.textContent = text
  status.classList.toggle('failed', failed)
}

function figure(id: string, known: boolean, text: () => string): void {
  byId(id, HTMLElement).textContent = known ? text() : '–'
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`
}

function milliseconds(duration: number): string {
  return duration < 10 ? `${duration.toFixed(1)} ms` : `${Math.round(duration)} ms`
}

function byId<T extends Element>(id: string, kind: new () => T): T {
  const element = document.getElementById(id)
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} "${id}"`)
  return element
}
