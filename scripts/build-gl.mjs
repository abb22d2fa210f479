// Makes the native part of `gl`, which gpu.js needs for its mode `headlessgl` in Node. The install leaves it out: it
// takes minutes, and a C++ compiler. Does nothing where it is there and loads in this Node.
// `--check` only says why it is not there, in a line, and exits with 1 then.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const command = 'npm run build:gl'

/** The folder of the package `gl` that gpu.js finds, or null. */
function findGl() {
  try {
    const here = createRequire(import.meta.url)
    return dirname(createRequire(here.resolve('gpu.js')).resolve('gl/package.json'))
  } catch {
    return null
  }
}

/** Why the native part in this folder is of no use to this Node, in a line, or null. */
function fault(folder) {
  const addon = join(folder, 'build', 'Release', 'webgl.node')
  if (!existsSync(addon)) return `gl is not built (${command})`
  const load = spawnSync(process.execPath, ['-e', 'require(process.argv[1])', addon], { encoding: 'utf8' })
  if (load.status === 0) return null
  const version = load.stderr.includes('NODE_MODULE_VERSION')
  return version
    ? `gl is built for another Node than ${process.version} (${command})`
    : `gl is built but does not load:\n${load.stderr}`
}

/** Compiles it. `node-gyp` comes with `gl`; headers that came with this Node spare it a download. */
function build(folder) {
  const gyp = createRequire(join(folder, 'package.json')).resolve('node-gyp/bin/node-gyp.js')
  const prefix = dirname(dirname(process.execPath))
  const headers = existsSync(join(prefix, 'include', 'node', 'node.h')) ? [`--nodedir=${prefix}`] : []
  const run = spawnSync(process.execPath, [gyp, 'rebuild', ...headers], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (run.status === 0) return null
  const tail = `${run.stdout}${run.stderr}`.split('\n').slice(-40).join('\n')
  return `${tail}\n\nCompiling gl failed. On Debian it needs: apt-get install make g++ python-is-python3 pkg-config libxi-dev libglew-dev libgl1-mesa-dev`
}

function fail(line) {
  console.error(line)
  process.exit(1)
}

const folder = findGl()
if (folder === null) fail('gl is not installed (gpu.js names it as optional)')
const why = fault(folder)
if (process.argv.includes('--check')) {
  if (why !== null) fail(why)
} else if (why !== null) {
  const started = performance.now()
  const failure = build(folder)
  if (failure !== null) fail(failure)
  const still = fault(folder)
  if (still !== null) fail(still)
  console.log(`Built gl (${((performance.now() - started) / 1000).toFixed(0)} s)`)
}
