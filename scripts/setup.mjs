// Makes a fresh clone ready with nothing but Node and npm: installs the locked dependencies through a pinned pnpm,
// then compiles the packages, so that `npx samkit` and plain node find them. Does nothing where nothing changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const path = (...parts) => join(root, ...parts)
const stamps = path('node_modules', '.samkit')

/** Folders inside `folder`, or none where it does not exist. */
function foldersIn(folder) {
  if (!existsSync(path(folder))) return []
  const entries = readdirSync(path(folder), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => `${folder}/${entry.name}`)
}

const packages = foldersIn('packages')
const manifest = JSON.parse(readFileSync(path('package.json'), 'utf8'))

/** Fails with one plain line when this Node is older than `engines` in package.json asks for. */
function checkNode() {
  const wanted = manifest.engines.node.replace('>=', '').split('.').map(Number)
  const found = process.versions.node.split('.').map(Number)
  const old = found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < (wanted[1] ?? 0))
  if (old) fail(`samkit needs Node ${manifest.engines.node}; this is ${process.version}.`)
}

/** A digest of everything an install depends on. */
function installDigest() {
  const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}\n`)
  const workspaces = ['.', ...packages, 'docs', 'benchmarks', 'examples']
  const files = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    '.npmrc',
    ...workspaces.map((w) => `${w}/package.json`),
  ]
  for (const file of files)
    if (existsSync(path(file))) hash.update(`${file}\n`).update(readFileSync(path(file)))
  return hash.digest('hex')
}

/** The newest modification time, in milliseconds, of the sources and settings the packages are compiled from. */
function newestSource() {
  let newest = 0
  const visit = (file) => {
    const stats = statSync(path(file))
    if (stats.isDirectory()) for (const name of readdirSync(path(file))) visit(`${file}/${name}`)
    else if (!file.endsWith('.test.ts')) newest = Math.max(newest, stats.mtimeMs)
  }
  const inputs = packages.flatMap((folder) => [`${folder}/src`, `${folder}/tsconfig.json`])
  for (const file of [...inputs, 'tsconfig.base.json', 'tsconfig.package.json'])
    if (existsSync(path(file))) visit(file)
  return newest
}

function readStamp(name) {
  const file = join(stamps, name)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** Written whole or not at all, so that an interrupted step is taken again. */
function writeStamp(name, text) {
  mkdirSync(stamps, { recursive: true })
  writeFileSync(join(stamps, `${name}.part`), text)
  renameSync(join(stamps, `${name}.part`), join(stamps, name))
}

function fail(line) {
  console.error(line)
  process.exit(1)
}

function install() {
  const digest = installDigest()
  if (readStamp('installed') === digest) return
  rmSync(stamps, { recursive: true, force: true })
  console.log('Installing the locked dependencies (only when they change; up to a minute)…')
  const args = [
    '--yes',
    manifest.packageManager,
    'install',
    '--frozen-lockfile',
    '--config.confirmModulesPurge=false',
  ]
  // When this runs inside `npx -c`, npx would hand its own command on to the one started here.
  const { npm_config_call: _call, npm_config_package: _package, ...env } = process.env
  const windows = process.platform === 'win32'
  const run = spawnSync('npx', args, { cwd: root, env, encoding: 'utf8', shell: windows })
  if (run.error) fail(`Could not start npx: ${run.error.message}`)
  if (run.status !== 0) fail(`${run.stdout}${run.stderr}\nThe install failed; the next run tries it again.`)
  writeStamp('installed', digest)
}

function build() {
  const compiled = packages.every((folder) => existsSync(path(folder, 'dist')))
  if (compiled && newestSource() < Number(readStamp('built'))) return
  const started = Date.now()
  const run = spawnSync(process.execPath, [path('node_modules/typescript/bin/tsc'), '-b', ...packages], {
    cwd: root,
  })
  // tsc writes JavaScript even past type errors, and tests and demo run from source: not a reason to stop here.
  if (run.status !== 0) console.error('TypeScript found errors in the packages; `npm run build` shows them.')
  writeStamp('built', String(started))
}

checkNode()
install()
build()
