// Packs every public package as it would be published, checks the tarballs' shape, installs them in a folder outside
// the workspace, and compiles and runs consumer.ts there. `--nodes=22,24` runs it under those versions of Node as well.
import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const nodes = (process.argv.find((arg) => arg.startsWith('--nodes=')) ?? '--nodes=').slice('--nodes='.length)
const work = mkdtempSync(join(tmpdir(), 'samkit-package-test-'))
const tarballs = join(work, 'tarballs')
const consumer = join(work, 'consumer')

/** Runs a command and returns what it printed, or throws with all of it. */
async function run(command, args, cwd) {
  try {
    return (await promisify(execFile)(command, args, { cwd })).stdout
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}\n${error.stdout ?? ''}${error.stderr ?? error.message}`)
  }
}

const bin = (name) => join(root, 'node_modules', '.bin', name)

async function pack() {
  mkdirSync(tarballs)
  await run(
    'npx',
    ['--yes', packageManager, '--filter', './packages/*', 'pack', '--pack-destination', tarballs],
    root,
  )
  return readdirSync(tarballs).map((name) => join(tarballs, name))
}

async function checkShape(tarball) {
  await run(bin('publint'), [tarball, '--strict'], root)
  await run(bin('attw'), [tarball, '--profile', 'esm-only'], root)
}

async function install(files) {
  mkdirSync(consumer)
  const dependencies = {}
  for (const file of files) {
    const { name } = JSON.parse(await run('tar', ['-xzOf', file, 'package/package.json'], work))
    dependencies[name] = `file:${file}`
  }
  const manifest = { name: 'consumer', private: true, type: 'module', dependencies }
  writeFileSync(join(consumer, 'package.json'), JSON.stringify(manifest))
  // Without gpu.js, which asks for hundreds of megabytes: its users install it, everybody else is spared it.
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock', '--omit=peer']
  await run('npm', ['install', ...flags], consumer)
}

/** Compiles without `skipLibCheck`, so that every declaration the packages publish is checked as well. */
async function compile() {
  const sources = ['consumer.ts', 'gpu-consumer.ts']
  for (const name of sources) cpSync(join(root, 'internal/package-test', name), join(consumer, name))
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable', 'dom'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
  }
  writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: sources }))
  await run(bin('tsc'), ['-p', consumer], consumer)
}

async function runConsumer() {
  await run(process.execPath, ['consumer.js'], consumer)
  await run(process.execPath, ['node_modules/@samkit/cli/bin/samkit.js', '--help'], consumer)
  for (const version of nodes.split(',').filter(Boolean)) {
    await run('npx', ['--yes', '-p', `node@${version}`, 'node', 'consumer.js'], consumer)
  }
  symlinkSync(realpathSync(join(root, 'node_modules/gpu.js')), join(consumer, 'node_modules/gpu.js'))
  await run(process.execPath, ['gpu-consumer.js'], consumer)
}

async function useAsInstalled(files) {
  await install(files)
  await compile()
  await runConsumer()
}

try {
  const files = await pack()
  await Promise.all([...files.map(checkShape), useAsInstalled(files)])
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(work, { recursive: true, force: true })
}
