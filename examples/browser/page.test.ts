import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setBackend } from '@samkit/core'
import { wasm } from '@samkit/wasm'
import type { Browser, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type BackendName, methodNames, type Settings } from './choices.ts'
import { smoothed } from './curves.ts'
import { figure, launch, open, reach, type Served, serve, serveBuilt, start } from './page.testing.ts'
import { beginTraining } from './training.ts'

const patience = { timeout: 150_000 }

let site: Served
let browser: Browser
const opened: { page: Page; errors: string[] }[] = []

beforeAll(async () => {
  site = await serve()
  browser = await launch()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await site?.close()
})

afterEach(async () => {
  const pages = opened.splice(0)
  await Promise.all(pages.map(({ page }) => page.close()))
  expect(pages.flatMap(({ errors }) => errors)).toEqual([])
})

async function openPage(): Promise<Page> {
  const it = await open(browser, site.url)
  opened.push(it)
  return it.page
}

describe('each method', () => {
  test.each(methodNames)('%s brings the loss down, and curves show it', patience, async (method) => {
    const page = await openPage()
    await start(page, { backend: 'wasm', optimizer: 'adamw', method })
    await reach(page, 200, 100)
    expect(Number(await figure(page, 'Loss'))).toBeLessThan(1.2)
    expect(await figure(page, 'Computed by')).toMatch(/^WebAssembly, \d+ threads?$/)
    const curves = page.locator('#loss-chart path')
    const [detail = '', mean = ''] = await curves.evaluateAll((paths) =>
      paths.map((path) => path.getAttribute('d') ?? ''),
    )
    expect(detail.split('L').length).toBeGreaterThan(100)
    expect(mean.split('L').length).toBeGreaterThan(100)
  })
})

describe('each backend', () => {
  const settings = { optimizer: 'sgd', method: 'sam', lr: 0.15 } as const
  const titles: readonly (readonly [BackendName, string])[] = [
    ['gpu:webgpu', 'gpu.js, mode webgpu'],
    ['gpu:webgl2', 'gpu.js, mode webgl2'],
    ['gpu:webasm', 'gpu.js, mode webasm'],
    ['reference', 'plain loops, 1 thread'],
  ]

  test.each(titles)('%s computes the losses that Node computes', patience, async (backend, computedBy) => {
    const page = await openPage()
    await start(page, { ...settings, backend })
    await reach(page, 8, 120)
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped after').waitFor()
    const steps = Number(await figure(page, 'Step'))
    expect(await figure(page, 'Computed by')).toBe(computedBy)
    const mean = await meanLossInNode({ ...settings, backend, rho: 0.05 }, steps)
    expect(Number(await figure(page, 'Loss'))).toBeCloseTo(mean, 2)
  })

  test('that the browser does not have cannot be chosen', patience, async () => {
    const plain = await launch({ gpu: false })
    try {
      const { page } = await open(plain, site.url)
      const option = page.locator('option[value="gpu:webgpu"]')
      expect(await option.textContent()).toBe('WebGPU, by gpu.js (not in this browser)')
      expect(await option.getAttribute('disabled')).not.toBeNull()
    } finally {
      await plain.close()
    }
  })
})

test('a run stops, resumes, and is reset; its curves stay beside those of the next', patience, async () => {
  const page = await openPage()
  await start(page, {})
  await reach(page, 20)
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByText('Stopped after').waitFor()
  const steps = Number(await figure(page, 'Step'))
  await page.waitForTimeout(200)
  expect(Number(await figure(page, 'Step'))).toBe(steps)

  await page.getByRole('button', { name: 'Resume' }).click()
  await reach(page, steps + 5)
  await page.getByRole('button', { name: 'Reset' }).click()
  expect(await page.getByRole('status').textContent()).toBe('Ready.')
  expect(await figure(page, 'Step')).toBe('–')

  await start(page, { method: 'plain' })
  await reach(page, 20)
  expect(await page.locator('#loss-chart path.before').count()).toBe(1)
  expect(await page.locator('#loss-chart path.now').count()).toBe(1)
})

test('nothing moves on the page while it trains', patience, async () => {
  const page = await openPage()
  await page.evaluate(() => {
    new PerformanceObserver((list) => {
      const shifts = list.getEntries().map((entry) => Number(Reflect.get(entry, 'value')))
      document.body.dataset.shifts = [document.body.dataset.shifts, ...shifts].join(' ')
    }).observe({ type: 'layout-shift' })
  })
  await start(page, {})
  await reach(page, 60)
  expect(await page.evaluate(() => document.body.dataset.shifts)).toBeUndefined()
})

test('the page answers while steps run that take long', patience, async () => {
  const page = await openPage()
  await start(page, { backend: 'reference' })
  await reach(page, 2)
  // A page that computes the steps itself answers between them, about once a step.
  expect(await answersPerStep(page, 5)).toBeGreaterThan(5)
})

test('the page trains when it is built, too', patience, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'samkit-example-'))
  const built = await serveBuilt(folder)
  try {
    const it = await open(browser, built.url)
    opened.push(it)
    await start(it.page, {})
    await reach(it.page, 5)
    expect(await figure(it.page, 'Computed by')).toMatch(/^WebAssembly, \d+ threads?$/)
  } finally {
    await built.close()
    await rm(folder, { recursive: true })
  }
})

/** The mean of the last losses, as the page shows it, computed in this process. */
async function meanLossInNode(settings: Settings, steps: number): Promise<number> {
  const backend = wasm({ threads: 1 })
  await setBackend(backend)
  const run = await beginTraining(settings)
  const points: [number, number][] = []
  for (let step = 1; step <= steps; step++) points.push([step, (await run.step()).loss])
  await setBackend('reference')
  return smoothed(points).at(-1)?.[1] ?? Number.NaN
}

/** How often the page gets to run a timer while a step is computed, on average over some steps. */
async function answersPerStep(page: Page, steps: number): Promise<number> {
  const first = Number(await figure(page, 'Step'))
  await page.evaluate(() => {
    document.body.dataset.answers = '0'
    const answer = (): void => {
      document.body.dataset.answers = String(Number(document.body.dataset.answers) + 1)
      setTimeout(answer, 0)
    }
    answer()
  })
  await reach(page, first + steps)
  const answers = await page.evaluate(() => document.body.dataset.answers)
  return Number(answers) / (Number(await figure(page, 'Step')) - first)
}
