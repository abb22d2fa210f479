import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { loadGpuJs, missing } from './gpujs.ts'

const run = promisify(execFile)

/** Text as a module. */
const moduleOf = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`

test('where gpu.js is not installed, what to install is said', async () => {
  const hooks = moduleOf(`export const resolve = (name, context, next) => {
    if (name === 'gpu.js') throw new Error('no such package')
    return next(name, context)
  }`)
  const without = moduleOf(`import { register } from 'node:module'; register(${JSON.stringify(hooks)})`)
  const entry = JSON.stringify(new URL('gpujs.ts', import.meta.url).href)
  const program = `import(${entry}).then((m) => m.loadGpuJs()).catch((e) => console.log(e.message, '|', e.cause.message))`
  const flags = ['--conditions=@samkit/source', '--import', 'tsx', '--import', without]
  const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '-e', program])
  expect(stdout.trim()).toMatchInlineSnapshot(
    `"gpu: could not load gpu.js, which is installed beside @samkit/gpu: npm install gpu.js | no such package"`,
  )
})

test('in Node the modes that need no device are not missing', async () => {
  const gpujs = await loadGpuJs()
  expect(await missing(gpujs, 'cpu')).toBeNull()
  expect(await missing(gpujs, 'webasm')).toBeNull()
})
