import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// The workspace's packages are tested from their sources, so that no build is needed.
const conditions = ['@samkit/source', ...defaultServerConditions]
const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions } } }

const project = (name: string, include: string[]) => ({
  ...fromSource,
  test: { name, include, setupFiles: ['internal/vitest.setup.ts'] },
})

export default defineConfig({
  test: {
    pool: 'threads',
    maxWorkers: 2,
    passWithNoTests: true,
    projects: [
      project('unit', ['packages/*/src/**/*.test.ts']),
      project('docs', ['docs/**/*.test.ts']),
      project('examples', ['examples/**/*.test.ts']),
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
