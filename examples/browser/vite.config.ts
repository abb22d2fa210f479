import { fileURLToPath } from 'node:url'
import { defaultClientConditions, defineConfig } from 'vite'

// With these headers a page may share memory between threads, which the WebAssembly backend does.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative, so that what is built can lie in any folder of a site.
  base: './',
  server: { headers },
  preview: { headers },
  // The packages of this repository are loaded from their sources; yours come compiled, and need no such line.
  resolve: { conditions: ['@samkit/source', ...defaultClientConditions] },
  worker: { format: 'es' },
  // gpu.js is found late, in a worker: named here, it causes no reload of the page.
  optimizeDeps: { include: ['gpu.js'] },
  build: { target: 'es2023' },
})
