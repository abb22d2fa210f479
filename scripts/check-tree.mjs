// Facts about the committed files that no other tool looks at: nothing names a machine's folders, and the lockfile
// names no registry, so that it installs from whichever one is configured.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'

const machinePath = /(?<![\w.~-])\/(?:work|root|farm)\//
const registry = /^\s*(?:registry\s*=|tarball:|resolved:?)|\btarball: /

const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0').filter(existsSync)
const problems = []

for (const file of files) {
  if (file === 'scripts/check-tree.mjs' || statSync(file).isDirectory()) continue
  const text = readFileSync(file, 'utf8')
  if (text.includes('\0')) continue
  const isPin = file === 'pnpm-lock.yaml' || file.endsWith('.npmrc')
  for (const [index, line] of text.split('\n').entries()) {
    const at = `${file}:${index + 1}`
    if (machinePath.test(line)) problems.push(`${at} names a folder of one machine`)
    if (isPin && registry.test(line)) problems.push(`${at} names a registry`)
  }
}

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
