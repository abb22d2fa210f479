import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Machine } from '../peers/machine.ts'
import { format } from '../suite.ts'
import type { DeviceKind } from './browser.ts'
import type { Effort, GpuRow } from './measure.ts'
import type { Entrant, KitResult, Surroundings } from './page-types.ts'
import type { PlainKernelTime } from './plain-kernels.ts'
import { kernelTable, ratioTable, timesTable } from './tables.ts'

/** All that one run found out. */
export interface GpuReport {
  readonly date: string
  readonly device: DeviceKind
  readonly machine: Machine
  readonly system: string
  readonly browser: string
  /** What the browser says of the machine's GPUs and their drivers. */
  readonly gpus: readonly string[]
  readonly surroundings: Surroundings
  readonly effort: Effort
  readonly contestants: readonly Entrant[]
  readonly rows: readonly GpuRow[]
  /** Modes that the conformance kit was run on. */
  readonly kit: readonly KitResult[]
  /** Kernels of gpu.js written by hand. */
  readonly kernels: readonly PlainKernelTime[]
}

/** Says so where the browser found no GPU after all. */
function software({ adapter, renderer }: Surroundings): string[] {
  const described = Object.values(adapter).join(' ')
  return [
    ...(described.trim() === '' ? ['- **There is no WebGPU adapter.**'] : []),
    ...(/swiftshader/i.test(described)
      ? ['- **WebGPU ran on SwiftShader: these are no figures of a GPU.**']
      : []),
    ...(/swiftshader|llvmpipe/i.test(renderer)
      ? ['- **WebGL ran in software: these are no figures of a GPU.**']
      : []),
  ]
}

function machineLines(report: GpuReport): string[] {
  const { date, device, machine, system, browser, gpus, surroundings } = report
  const { processor, cores, memoryGiB, node, load } = machine
  const adapter = Object.entries(surroundings.adapter)
    .filter(([, text]) => text !== '')
    .map(([key, text]) => `${key} ${text}`)
  return [
    `- ${date}, device: ${device === 'real' ? 'the one that the browser chose' : 'SwiftShader'}`,
    `- ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, load ${load} a core at the start`,
    `- ${browser}; WebGPU adapter: ${adapter.join(', ') || 'none'}; WebGL: ${surroundings.renderer}`,
    ...gpus.map((gpu) => `- GPU: ${gpu}`),
    ...(device === 'real' ? software(surroundings) : []),
  ]
}

function effortLine({ effort, rows }: GpuReport): string {
  const loads = rows.map(({ load }) => load)
  return (
    `${effort.rounds} rounds in turns, at least ${effort.seconds} s for each contestant in each; load on the machine ` +
    `${format(Math.min(...loads))} to ${format(Math.max(...loads))}. Milliseconds at best (in the middle).`
  )
}

function kitLine({ backend, right, cases, programs, seconds, faults }: KitResult): string {
  const verdict = right ? 'nothing wrong' : `${faults.length} faults`
  return [
    `- ${backend}: ${verdict} in ${cases} cases and ${programs} programs, ${format(seconds)} s`,
    ...faults.map((fault) => `  - ${fault.split('\n')[0]}`),
  ].join('\n')
}

function refusals({ rows, contestants }: GpuReport): string[] {
  const absent = contestants.flatMap(({ name, reason }) =>
    reason === null ? [] : [`- ${name} did not start: ${reason}`],
  )
  const refused = rows.flatMap(({ name, timings }) =>
    timings.flatMap(({ contestant, reason, error }) => {
      if (reason === null || absent.some((line) => line.startsWith(`- ${contestant} `))) return []
      const off = error === null ? '' : ` (off by ${error.toExponential(1)})`
      return [`- ${contestant} has no figure for ${name}: ${reason}${off}`]
    }),
  )
  return [...absent, ...refused]
}

/** The report as people read it, in Markdown. */
export function gpuReportText(report: GpuReport): string {
  const { rows, kit, kernels, contestants } = report
  return [
    ...machineLines(report),
    ...contestants.map(({ name, version }) => `- ${name} ${version}`),
    '',
    ...(kit.length === 0 ? [] : ['Conformance kit:', '', ...kit.map(kitLine), '']),
    ...(kernels.length === 0 ? [] : [kernelTable(kernels), '']),
    ...(rows.length === 0
      ? []
      : [
          effortLine(report),
          '',
          timesTable(rows, contestants, 'host to host', ({ call }) => call),
          '',
          timesTable(rows, contestants, 'on the device', ({ resident }) => resident),
          '',
          ratioTable(rows),
          '',
        ]),
    ...refusals(report),
  ].join('\n')
}

/** Writes the report to benchmarks/results, as JSON and as Markdown; gives the path of the latter. */
export function keepGpuReport(report: GpuReport): string {
  const folder = new URL('../results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const name = `gpu-${report.device}-${report.date.slice(0, 16).replaceAll(':', '')}`
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(report, null, 2)}\n`)
  const text = new URL(`${name}.md`, folder)
  writeFileSync(text, `# samkit and peers on a GPU\n\n${gpuReportText(report).trimEnd()}\n`)
  return fileURLToPath(text)
}
