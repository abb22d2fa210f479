// Headless GL draws on an X display. Where there is none, its tests get one of their own for as long as they run.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { TestProject } from 'vitest/node'

/** Starts Xvfb, unless `DISPLAY` names a display already. What it returns ends it. */
export async function setup(project: TestProject): Promise<(() => void) | undefined> {
  if (process.env.DISPLAY) return undefined
  // With -displayfd it takes a number that is free, and writes it there when it is ready.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '64x64x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const end = (): void => {
    server.kill()
  }
  process.once('exit', end)
  project.config.env = { ...project.config.env, DISPLAY: `:${await numberFrom(server)}` }
  return end
}

async function numberFrom(server: ChildProcess): Promise<string> {
  const pipe = server.stdio[3]
  if (!(pipe instanceof Readable)) throw new Error('Xvfb was started without a pipe')
  const ended = once(server, 'exit').then(([status]) => {
    throw new Error(`Xvfb ended with status ${status} before it was ready`)
  })
  const [number] = await Promise.race([once(pipe, 'data'), ended])
  ended.catch(() => {})
  return String(number).trim()
}
