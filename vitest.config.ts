import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// The workspace's packages are tested from their sources, so that no build is needed.
const conditions = ['@samkit/source', ...defaultServerConditions]

const project = (name: string, include: string[]) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
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
    ],
  },
})
