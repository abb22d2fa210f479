import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** The page's code, from the sources: files by name, and the name of the one to begin with. */
export interface Bundle {
  readonly entry: string
  readonly files: ReadonlyMap<string, string>
}

/** Bundles the page. The peers are not part of it: they are served as they were published. */
export async function bundlePage(): Promise<Bundle> {
  const page = fileURLToPath(new URL('../gpu-page.ts', import.meta.url))
  const result = await build({
    root: fileURLToPath(new URL('..', import.meta.url)),
    base: '/',
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@samkit/source', 'browser', 'module', 'import', 'default'] },
    build: { write: false, target: 'es2023', modulePreload: false, rollupOptions: { input: page } },
  })
  if (!('output' in result)) throw new Error('vite gave more than one bundle')
  const files = new Map<string, string>()
  let entry = ''
  for (const file of result.output) {
    if (file.type !== 'chunk') continue
    files.set(file.fileName, file.code)
    if (file.isEntry) entry = file.fileName
  }
  return { entry, files }
}
