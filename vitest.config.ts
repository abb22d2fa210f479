import { playwright } from '@vitest/browser-playwright'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { gpuFlags, isolatingHeaders, quietFlags } from './internal/devices/chromium.ts'
import { findChromium, whyNoChromium, whyNoHeadlessGl } from './internal/devices/devices.ts'
import { properties } from './internal/properties.ts'

const chromium = findChromium()
const noChromium = chromium === null ? whyNoChromium : null
const noHeadlessGl = whyNoHeadlessGl()

// The workspace's packages are tested from their sources, so that no build is needed.
const source = '@samkit/source'
const conditions = [source, ...defaultServerConditions]
const fromSource = { resolve: { conditions }, ssr: { resolve: { conditions } } }

const shared = {
  // Generous, so that a busy machine fails no test that a quiet one passes.
  testTimeout: 30_000,
  // Files share a worker's modules, since loading core anew costs more than most files' tests. A test that sets
  // something global (the default backend) puts it back; one that counts what is alive goes into the project `memory`.
  pool: 'threads' as const,
  isolate: false,
  provide: { properties },
}

/** What the kit finds in faulty backends hangs on no engine: other versions of Node are spared it. */
const aboutTheKit =
  process.env.SAMKIT_OTHER_NODE === '1'
    ? ['packages/conformance/src/{faults/**,run-conformance.test.ts}']
    : []

const elsewhere = ['**/*.{memory,browser,headlessgl}.test.ts', '**/node_modules/**']

const project = (name: string, include: string[], options: object = {}): TestProjectInlineConfiguration => ({
  ...fromSource,
  test: {
    name,
    include,
    exclude: elsewhere,
    setupFiles: ['internal/vitest.setup.ts'],
    ...shared,
    ...options,
  },
})

const testsIn = (device: string): string[] =>
  ['packages/*/src', 'internal'].map((folder) => `${folder}/**/*.${device}.test.ts`)

const told = new Set<string>()

/** The project, or where its device is missing one that skips, saying so, or fails with SAMKIT_REQUIRE_DEVICES=1. */
const where = (why: string | null, needy: TestProjectInlineConfiguration): TestProjectInlineConfiguration => {
  if (why === null) return needy
  const tell = () => {
    if (!told.has(why)) console.log(`Some tests are skipped: ${why}.`)
    told.add(why)
  }
  const name = String(needy.test?.name)
  return {
    plugins: [{ name: 'samkit:missing-device', configureVitest: tell }],
    test: { name, include: ['internal/devices/missing.test.ts'], provide: { missing: why } },
  }
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    passWithNoTests: true,
    projects: [
      project('unit', ['packages/*/src/**/*.test.ts'], { exclude: [...elsewhere, ...aboutTheKit] }),
      // The same tests, with everything computed by the WebAssembly backend.
      project(
        'on wasm',
        [
          'packages/core/src/{ops,functions,autodiff}/**/*.test.ts',
          'packages/{nn,optim,landscape}/src/**/*.test.ts',
        ],
        { setupFiles: ['internal/vitest.setup.ts', 'internal/on-wasm.setup.ts'] },
      ),
      project('memory', ['packages/*/src/**/*.memory.test.ts'], {
        exclude: ['**/node_modules/**'],
        pool: 'forks',
        isolate: true,
        execArgv: ['--expose-gc'],
      }),
      project('docs', ['docs/**/*.test.ts']),
      project('examples', ['examples/*.test.ts', 'examples/backend/*.test.ts']),
      where(
        noChromium,
        project('browser', ['internal/browser-test/*.test.ts', 'examples/browser/*.test.ts']),
      ),
      where(noChromium, inChromium('chromium', testsIn('browser'))),
      // Takes far too long for every day.
      ...(process.env.SAMKIT_NIGHTLY === '1'
        ? [where(noChromium, inChromium('nightly', ['internal/nightly/*.test.ts']))]
        : []),
      where(
        noHeadlessGl,
        project('headlessgl', testsIn('headlessgl'), {
          exclude: ['**/node_modules/**'],
          // Only one thread of a process can load gl.
          pool: 'forks',
          globalSetup: ['internal/devices/display.setup.ts'],
        }),
      ),
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

/** Tests that run in a page. */
function inChromium(name: string, include: string[]): TestProjectInlineConfiguration {
  return {
    resolve: { conditions: [source, ...defaultClientConditions] },
    server: { headers: isolatingHeaders },
    // gpu.js is CommonJS; the rest is named so that no reload of the page finds it in the middle of a test.
    optimizeDeps: { include: ['gpu.js', 'fast-check'] },
    test: {
      name,
      include,
      setupFiles: ['internal/vitest.setup.ts'],
      ...shared,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            executablePath: chromium ?? '',
            args: [...quietFlags, ...gpuFlags, '--js-flags=--expose-gc'],
          },
        }),
        instances: [{ browser: 'chromium' }],
      },
    },
  }
}
