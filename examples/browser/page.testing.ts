import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright'
import { build, createServer, preview } from 'vite'
import { expect } from 'vitest'
import { gpuFlags, quietFlags } from '../../internal/devices/chromium.ts'
import { findChromium } from '../../internal/devices/devices.ts'
import type { Settings } from './choices.ts'

const configFile = fileURLToPath(new URL('vite.config.ts', import.meta.url))
const host = '127.0.0.1'

/** Something at an address, until it is closed. */
export interface Served {
  readonly url: string
  close(): Promise<void>
}

/** The page as `npm run example:browser` serves it. */
export async function serve(): Promise<Served> {
  const server = await createServer({
    configFile,
    logLevel: 'error',
    // No watching: sources that change meanwhile are no reason to load the page again.
    server: { host, port: 0, watch: { ignored: ['**'] } },
  })
  await server.listen()
  return { url: addressOf(server.httpServer?.address()), close: () => server.close() }
}

/** The page built into a folder, as a site would serve it. */
export async function serveBuilt(outDir: string): Promise<Served> {
  await build({ configFile, logLevel: 'error', build: { outDir } })
  const server = await preview({
    configFile,
    logLevel: 'error',
    build: { outDir },
    preview: { host, port: 0 },
  })
  return { url: addressOf(server.httpServer.address()), close: () => server.close() }
}

/** A Chromium with WebGL 2 and WebGPU, or one with neither WebGPU nor a graphics card. */
export function launch({ gpu = true } = {}): Promise<Browser> {
  const args = gpu ? [...quietFlags, ...gpuFlags] : [...quietFlags, '--disable-gpu']
  return chromium.launch({ executablePath: findChromium() ?? '', args })
}

/** The page, ready to be used. What goes wrong on it is kept in `errors`. */
export async function open(browser: Browser, url: string): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto(url)
  await page.getByRole('button', { name: 'Start', disabled: false }).waitFor()
  return { page, errors }
}

/** Chooses as a user would, and starts. */
export async function start(page: Page, settings: Partial<Settings>): Promise<void> {
  const { backend, optimizer, method, lr } = settings
  if (backend !== undefined) await page.getByLabel('Backend').selectOption(backend)
  if (optimizer !== undefined) await page.getByLabel('Optimizer').selectOption(optimizer)
  if (method !== undefined) await page.getByLabel('method').selectOption(method)
  if (lr !== undefined) await page.getByLabel('Learning rate').fill(String(lr))
  await page.getByRole('button', { name: 'Start' }).click()
}

/** Waits until so many steps are done. */
export async function reach(page: Page, steps: number, seconds = 60): Promise<void> {
  await expect
    .poll(
      async () => {
        const status = await page.getByRole('status').textContent()
        if (status?.includes('failed')) throw new Error(status)
        return Number(await figure(page, 'Step'))
      },
      { timeout: 1000 * seconds, interval: 50 },
    )
    .toBeGreaterThanOrEqual(steps)
}

/** What stands beside a title: `figure(page, 'Loss')`. */
export async function figure(page: Page, title: string): Promise<string | null> {
  return page
    .locator('.figures div', { has: page.getByText(title, { exact: true }) })
    .locator('dd')
    .textContent()
}

function addressOf(address: unknown): string {
  if (typeof address !== 'object' || address === null || !('port' in address))
    throw new Error('the server listens on no port')
  return `http://${host}:${String(address.port)}/`
}
