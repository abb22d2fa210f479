import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// The workspace's packages are tested from their sources, so that no build is needed.
const conditions = ['@samkit/source', ...defaultServerConditions]
const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions } } }

const project = (name: string, include: string[], options: object = {}) => ({
  extends: true as const,
  ...fromSource,
  test: { name, include, setupFiles: ['internal/vitest.setup.ts'], ...options },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    // Generous, so that a busy machine fails no test that a quiet one passes.
    testTimeout: 30_000,
    passWithNoTests: true,
    // Files share a worker's modules, since loading core anew costs more than most files' tests. A test that sets
    // something global (the default backend) puts it back; one that counts what is alive goes into the project `memory`.
    pool: 'threads',
    isolate: false,
    projects: [
      project('unit', ['packages/*/src/**/*.test.ts'], {
        exclude: ['**/*.memory.test.ts', '**/node_modules/**'],
      }),
      // The same tests, with everything computed by the WebAssembly backend.
      project(
        'on wasm',
        [
          'packages/core/src/{ops,functions,autodiff}/**/*.test.ts',
          'packages/{nn,optim,landscape}/src/**/*.test.ts',
        ],
        {
          setupFiles: ['internal/vitest.setup.ts', 'internal/on-wasm.setup.ts'],
          exclude: ['**/*.memory.test.ts', '**/node_modules/**'],
        },
      ),
      project('memory', ['packages/*/src/**/*.memory.test.ts'], {
        pool: 'forks',
        isolate: true,
        execArgv: ['--expose-gc'],
      }),
      project('docs', ['docs/**/*.test.ts']),
      project('examples', ['examples/**/*.test.ts']),
      project('browser', ['internal/browser-test/*.test.ts']),
      {
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['internal/types/**/*.test-d.ts', 'packages/*/src/**/*.test-d.ts'],
            tsconfig: 'internal/types/tsconfig.json',
            // tsc -b reports those.
            ignoreSourceErrors: true,
          },
        },
      },
    ],
  },
})
