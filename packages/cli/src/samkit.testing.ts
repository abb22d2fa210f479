import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Where a command runs. */
interface Place {
  readonly cwd: string
  /** Variables of its environment beside the inherited ones. */
  readonly env?: Readonly<Record<string, string>>
}

/** How a command ended and what it said. */
export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A `samkit` command that runs. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Waits for a text on standard output. */
  said(text: string): Promise<void>
}

const main = fileURLToPath(new URL('main.ts', import.meta.url))

/** Starts `samkit` in a process of its own, from the sources. */
export function startSamkit({ cwd, env }: Place, ...args: readonly string[]): Running {
  const { SAMKIT_DATA: _data, npm_lifecycle_event: _event, ...inherited } = process.env
  const tsx = import.meta.resolve('tsx')
  const child = spawn(process.execPath, ['--conditions=@samkit/source', '--import', tsx, main, ...args], {
    cwd,
    env: { ...inherited, ...env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (stdout.includes(text)) resolve()
      }
      child.stdout.on('data', look)
      child.on('close', () => reject(new Error(`samkit ended without saying "${text}": ${stdout}${stderr}`)))
      look()
    })
  return { child, ended, said }
}

/** Runs `samkit` to its end. */
export async function samkit(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return startSamkit({ cwd }, ...args).ended
}
