// The devices that some tests need: whether they are on this machine.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The path of a Chromium: `CHROME_PATH`, or the first of the usual names on the search path. Null where there is none. */
export function findChromium(): string | null {
  const asked = process.env.CHROME_PATH
  if (asked) return isExecutable(asked) ? asked : null
  return findCommand('chromium', 'chromium-browser', 'google-chrome')
}

/** What to say where there is none. */
export const whyNoChromium =
  'there is no Chromium (Debian: apt-get install chromium; or name one in CHROME_PATH)'

/** Why gpu.js cannot compute with headless GL in this Node, in a line. Null where it can. */
export function whyNoHeadlessGl(): string | null {
  if (!process.env.DISPLAY && findCommand('Xvfb') === null)
    return 'there is no display and no Xvfb (Debian: apt-get install xvfb)'
  const script = fileURLToPath(new URL('../../scripts/build-gl.mjs', import.meta.url))
  const check = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
  return check.status === 0 ? null : check.stderr.trim()
}

/** The path of the first of these commands that is on the search path, or null. */
function findCommand(...names: readonly string[]): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
