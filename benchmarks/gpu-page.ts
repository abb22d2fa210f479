// What the page of `npm run bench:gpu` runs: every contestant, in one page.
import { setBackend } from '@samkit/core'
import type { GpuMode } from '@samkit/gpu'
import { gpu, gpuModes } from '@samkit/gpu'
import { wasm } from '@samkit/wasm'
import type { Contestant, Run } from './gpu/contestant.ts'
import { jaxJs } from './gpu/jax.ts'
import type { Jax } from './gpu/jax-types.ts'
import { distance, type Truth, tolerance } from './gpu/judge.ts'
import { maps } from './gpu/maps.ts'
import { models } from './gpu/models.ts'
import type { Bench, First, KitResult, Surroundings } from './gpu/page-types.ts'
import { type PlainGpuJs, plainKernels } from './gpu/plain-kernels.ts'
import { samkit } from './gpu/samkit.ts'
import { tfjs } from './gpu/tfjs.ts'
import type { Tfjs } from './gpu/tfjs-types.ts'
import type { Workload } from './gpu/workload.ts'

declare global {
  var tf: Tfjs
  var bench: Bench
  /** The versions of packages that do not tell themselves. */
  var versions: Readonly<Record<string, string>>
}

const contestants = new Map<string, Contestant>()
let current: { readonly workload: Workload; readonly truth: Truth } | null = null
let runs = new Map<string, Run>()
let judge: Contestant | null = null

const told = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)

async function made(name: string): Promise<Contestant> {
  const [framework, mode] = name.split(' ')
  if (framework === 'tfjs' && (mode === 'webgl' || mode === 'webgpu')) return tfjs(globalThis.tf, mode)
  if (framework === 'jax-js') {
    // Served as it was published, not bundled.
    const path = '/peers/@jax-js/jax/dist/index.js'
    const module: Jax = await import(/* @vite-ignore */ path)
    return jaxJs(module, versions['@jax-js/jax'] ?? '')
  }
  const asked = gpuModes.find((known) => known === mode)
  if (asked === undefined) throw new Error(`there is no contestant ${name}`)
  return samkit(name, versions['@samkit/gpu'] ?? '', await gpu({ mode: asked }))
}

/** The truth comes from the WebAssembly backend, which its own tests hold to the reference. */
async function truthOf(workload: Workload): Promise<Truth> {
  judge ??= samkit('judge', '', await wasm())
  return (await judge.prepare(workload))(1)
}

async function sample(name: string, repetitions: number): Promise<number> {
  const run = runs.get(name)
  if (run === undefined) throw new Error(`${name} is not ready`)
  const from = performance.now()
  await run(repetitions)
  return performance.now() - from
}

/** Milliseconds of a run, nothing being compiled, after which there is no other. */
const patience = 4000

async function first(name: string): Promise<First> {
  const contestant = contestants.get(name)
  if (contestant === undefined || current === null) throw new Error(`${name} did not start`)
  try {
    const run = await contestant.prepare(current.workload)
    const from = performance.now()
    const results = await run(1)
    const milliseconds = performance.now() - from
    const error = distance(contestant, current.workload, current.truth, results)
    if (error > tolerance) return { milliseconds, again: null, error, reason: 'its numbers are wrong' }
    runs.set(name, run)
    // Compiling is over: does the work itself take that long?
    if (milliseconds > patience) {
      const again = await sample(name, 1)
      if (again > patience) return { milliseconds, again, error, reason: null }
    }
    // The longer run is compiled here, so that nothing is while it is timed.
    await run(1 + current.workload.more)
    return { milliseconds, again: null, error, reason: null }
  } catch (error) {
    return { milliseconds: null, again: null, error: null, reason: told(error) }
  }
}

async function surroundings(): Promise<Surroundings> {
  const adapter = await navigator.gpu?.requestAdapter()
  const { vendor = '', architecture = '', device = '', description = '' } = adapter?.info ?? {}
  const gl = document.createElement('canvas').getContext('webgl2')
  const renderer = gl?.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL
  return {
    adapter: { vendor, architecture, device, description },
    renderer: renderer === undefined ? 'none' : String(gl?.getParameter(renderer)),
    agent: navigator.userAgent,
    isolated: crossOriginIsolated,
    cores: navigator.hardwareConcurrency,
  }
}

async function kit(mode: GpuMode, examples: number): Promise<KitResult> {
  const { runConformance } = await import('@samkit/conformance')
  const report = await runConformance(() => gpu({ mode }), { quick: true, runs: examples })
  const { backend, right, cases, programs, seconds } = report
  const faults = report.checks.flatMap(({ section, title, faults: found }) =>
    found.map((fault) => `${section}: ${title}: ${fault.message}`),
  )
  return { backend, right, cases, programs, seconds, faults }
}

globalThis.bench = {
  surroundings,
  start: (names) =>
    names.reduce(
      async (before, name) => {
        const entrants = await before
        try {
          const contestant = await made(name)
          contestants.set(name, contestant)
          return [...entrants, { name, version: contestant.version, reason: null }]
        } catch (error) {
          return [...entrants, { name, version: '', reason: told(error) }]
        }
      },
      Promise.resolve([] as Awaited<ReturnType<Bench['start']>>),
    ),
  choose: async (name) => {
    const workload = [...maps, ...models].map((make) => make()).find((one) => one.name === name)
    if (workload === undefined) throw new Error(`there is no workload ${name}`)
    runs = new Map()
    current = { workload, truth: await truthOf(workload) }
    return { title: workload.title, more: workload.more }
  },
  first,
  sample,
  kit: (mode, examples) =>
    kit(mode as GpuMode, examples).catch((error: unknown) => ({
      backend: `gpu:${mode}`,
      right: false,
      cases: 0,
      programs: 0,
      seconds: 0,
      faults: [told(error)],
    })),
  plainKernels: async (rounds) => {
    // As gpu.js is no ES module, bundlers hand all of it over as the default export. Its own types are other than ours.
    const module: object = await import('gpu.js')
    const gpuJs = (module as { readonly default: PlainGpuJs }).default
    return [
      ...(await plainKernels(gpuJs, 'webgpu', rounds)),
      ...(await plainKernels(gpuJs, 'webgl2', rounds)),
    ]
  },
}
await setBackend('reference')
document.title = 'ready'
