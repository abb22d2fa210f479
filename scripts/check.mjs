// Every check but the tests, in the order that fails soonest. Prints a line a check, and its output where it fails; the
// sizes of bundles also where they are within their budgets.
// `--nodes=22,24` is handed to the package test.
import { spawnSync } from 'node:child_process'

const checks = [
  ['format and lint', 'biome', 'ci', '--error-on-warnings'],
  ['committed files', 'node', 'scripts/check-tree.mjs'],
  ['types', 'tsc', '-b'],
  ['unused code', 'knip'],
  ['bundle sizes', 'node', 'internal/bundle-size/run.mjs'],
  ['packed packages', 'node', 'internal/package-test/run.mjs', ...process.argv.slice(2)],
]

for (const [title, command, ...args] of checks) {
  const started = performance.now()
  const run = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (run.error !== undefined || run.status !== 0) {
    console.error(`${run.error?.message ?? ''}${run.stdout ?? ''}${run.stderr ?? ''}`)
    console.error(`failed: ${title} (${command} ${args.join(' ')})`)
    process.exit(1)
  }
  console.log(`ok: ${title} (${seconds} s)`)
  if (title === 'bundle sizes') console.log(run.stdout.trimEnd())
}
