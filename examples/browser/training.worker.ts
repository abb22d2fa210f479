// Trains away from the page, which stays free to draw and to answer.
import { setBackend } from '@samkit/core'
import { loadBackend } from './backends.ts'
import type { News, Order } from './messages.ts'
import { beginTraining, type Training } from './training.ts'

/** Steps between two tests. */
const testEvery = 10

let training: Training | null = null
let computedBy = (): string => ''
let steps = 0
let going = false
let looping = false

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  void follow(data).catch((error: unknown) => {
    going = false
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  })
})

async function follow(order: Order): Promise<void> {
  if (order.kind === 'stop') {
    going = false
    return
  }
  going = true
  if (order.kind === 'begin') {
    const loaded = await loadBackend(order.settings.backend)
    await setBackend(loaded.backend)
    computedBy = loaded.computedBy
    training = await beginTraining(order.settings)
  }
  if (training !== null && !looping) await loop(training)
}

async function loop(run: Training): Promise<void> {
  looping = true
  try {
    while (going) {
      await step(run)
      await turn()
    }
    tell({ kind: 'stopped' })
  } finally {
    looping = false
  }
}

async function step(run: Training): Promise<void> {
  const started = performance.now()
  const { loss, cost } = await run.step()
  const duration = performance.now() - started
  steps++
  if (steps === 1) tell({ kind: 'ready', computedBy: computedBy(), parameters: run.parameters })
  tell({ kind: 'step', step: steps, loss, duration, cost })
  if (steps === 1 || steps % testEvery === 0) tell({ kind: 'test', step: steps, ...(await run.test()) })
}

function tell(news: News): void {
  postMessage(news)
}

/** Lets messages come in between two steps: promises alone would not. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
