import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Installs the peers at their locked versions, beside this file and nowhere else, unless that was done before. */
export function installPeers(): void {
  const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
  const [stamp, lock] = [at('node_modules/.package-lock.json'), at('package-lock.json')]
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return
  console.log('Installing the peers into benchmarks/peers/node_modules …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: at('.'),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error('npm could not install the peers; see its message above')
}
