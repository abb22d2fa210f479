import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { quietFlags } from '../devices/chromium.ts'
import type { Findings } from './findings.ts'

/** What a page posted. */
export interface Told {
  readonly isolated: boolean
  readonly found: Findings
}

/** The page's code in one file, from the sources. */
export async function bundlePage(): Promise<string> {
  const root = fileURLToPath(new URL('.', import.meta.url))
  const result = await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@samkit/source', 'browser', 'module', 'import', 'default'] },
    build: { write: false, target: 'es2023', rollupOptions: { input: join(root, 'page.ts') } },
  })
  if (!('output' in result)) throw new Error('vite gave more than one bundle')
  const [chunk, ...more] = result.output
  if (more.length > 0) throw new Error(`the page has ${more.length} files more than its code`)
  return chunk.code
}

const flags = [...quietFlags, '--disable-gpu', '--remote-debugging-port=0']

/**
 * Opens a page with this code in a headless Chromium and waits for what it posts.
 *
 * @throws Error when the page failed, the browser ended, or nothing came within `seconds`.
 */
export async function openPage(
  chromium: string,
  code: string,
  headers: OutgoingHttpHeaders,
  seconds: number,
): Promise<Told> {
  const answer = pending()
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      let body = ''
      for await (const part of request) body += part
      response.end()
      const told = JSON.parse(body)
      if (told.error === undefined) answer.resolve(told)
      else answer.reject(new Error(`the page failed: ${told.error}`))
      return
    }
    const script = request.url === '/page.js'
    response.writeHead(200, { ...headers, 'content-type': script ? 'text/javascript' : 'text/html' })
    response.end(script ? code : '<!doctype html><script type="module" src="/page.js"></script>')
  })
  const profile = mkdtempSync(join(tmpdir(), 'samkit-browser-test-'))
  let browser: ChildProcess | null = null
  const timer = setTimeout(
    () => answer.reject(new Error(`${chromium} posted no findings within ${seconds} s`)),
    seconds * 1000,
  )
  try {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    // A process group of its own, so that the browser's own processes end with it.
    browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`, `http://localhost:${port}/`], {
      stdio: 'ignore',
      detached: true,
    })
    browser.on('error', answer.reject)
    browser.on('exit', (status) => answer.reject(new Error(`${chromium} ended with status ${status}`)))
    return await answer.promise
  } finally {
    clearTimeout(timer)
    if (browser !== null) await end(browser)
    server.closeAllConnections()
    server.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
}

async function end(browser: ChildProcess): Promise<void> {
  if (browser.pid === undefined || browser.exitCode !== null || browser.signalCode !== null) return
  const ended = new Promise((resolve) => browser.once('exit', resolve))
  process.kill(-browser.pid, 'SIGKILL')
  await ended
}

/** A promise and what settles it. */
function pending() {
  let resolve: (told: Told) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<Told>((keep, fail) => {
    resolve = keep
    reject = fail
  })
  // It may be rejected before or after anybody waits.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
