// Bundles what a web page would load, minified, and holds its size after gzip to a budget. From the sources.
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const root = fileURLToPath(new URL('.', import.meta.url))
const use =
  "import { grad, setBackend, tensor } from '@samkit/core'; globalThis.used = [grad, setBackend, tensor]"
const bundles = [
  { name: '@samkit/core', code: use, budget: 40_000 },
  { name: '@samkit/core with @samkit/wasm', code: `import '@samkit/wasm'; ${use}`, budget: 100_000 },
]

const entry = 'virtual:entry'

/** The program as a page would load it: one file. */
async function bundle(code) {
  const program = {
    name: 'program',
    resolveId: (id) => (id === entry ? id : undefined),
    load: (id) => (id === entry ? code : undefined),
  }
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [program],
    resolve: { conditions: ['@samkit/source', 'browser', 'module', 'import', 'default'] },
    build: { write: false, minify: true, target: 'es2023', rollupOptions: { input: entry } },
  })
  return output.filter(({ type }) => type === 'chunk').map((chunk) => chunk.code)
}

for (const { name, code, budget } of bundles) {
  const size = (await bundle(code)).reduce((bytes, text) => bytes + gzipSync(text, { level: 9 }).length, 0)
  const told = `${name}: ${(size / 1000).toFixed(1)} kB of ${budget / 1000} kB`
  if (size > budget) {
    console.error(
      `${told}, minified and gzipped. That is more than its budget in internal/bundle-size/run.mjs`,
    )
    process.exitCode = 1
  } else console.log(told)
}
