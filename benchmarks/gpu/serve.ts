import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Bundle } from './bundle.ts'

/** Headers that let the page have threads and fine clocks. */
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

const peers = fileURLToPath(new URL('../peers/node_modules/', import.meta.url))

const packages: Readonly<Record<string, string>> = {
  '@samkit/gpu': fileURLToPath(new URL('../../packages/gpu/package.json', import.meta.url)),
  '@jax-js/jax': `${peers}@jax-js/jax/package.json`,
}

async function html(entry: string): Promise<string> {
  const versions: Record<string, string> = {}
  for (const [name, path] of Object.entries(packages)) {
    const manifest: { version: string } = JSON.parse(await readFile(path, 'utf8'))
    versions[name] = manifest.version
  }
  return [
    '<!doctype html><title>starting</title>',
    `<script>globalThis.versions = ${JSON.stringify(versions)}</script>`,
    '<script src="/peers/@tensorflow/tfjs/dist/tf.min.js"></script>',
    '<script src="/peers/@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js"></script>',
    `<script type="module" src="/${entry}"></script>`,
  ].join('\n')
}

/** Serves the page, its code and the peers' on this machine only; gives the address and what ends it. */
export async function servePage({
  entry,
  files,
}: Bundle): Promise<{ readonly address: string; close(): void }> {
  const page = await html(entry)
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const script = files.get(path.slice(1))
    const send = (type: string, body: string | Uint8Array): void => {
      response.writeHead(200, { ...headers, 'content-type': type })
      response.end(body)
    }
    if (path === '/') return send('text/html', page)
    if (script !== undefined) return send('text/javascript', script)
    const found = path.startsWith('/peers/')
      ? await readFile(`${peers}${path.slice(7)}`).catch(() => null)
      : null
    if (found !== null) return send('text/javascript', found)
    response.writeHead(404)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `http://localhost:${port}/`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
