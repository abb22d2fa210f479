// `npm run bench:gpu`: samkit's GPU backend beside TensorFlow.js and jax-js, in one page of a Chromium, on the software
// device SwiftShader. `npm run gpu:report` does the same on the machine's own GPU, after the conformance kit.
// `-- --only chain,mlp` times some workloads, `--contestants "samkit webgpu,tfjs webgpu"` some contestants,
// `--rounds 3 --seconds 1` says for how long, `--device real` takes the GPU, `--kit webgpu,webgl2` runs the kit on modes
// with `--examples 2` for each property, `--kernels` times kernels of gpu.js written by hand as well. Prints tables and keeps everything in benchmarks/results/.
import { loadavg, release, type } from 'node:os'
import { parseArgs } from 'node:util'
import { gpusOf, openBrowser, openPage } from './gpu/browser.ts'
import { bundlePage } from './gpu/bundle.ts'
import { type GpuRow, measureRow } from './gpu/measure.ts'
import type { KitResult } from './gpu/page-types.ts'
import { type GpuReport, gpuReportText, keepGpuReport } from './gpu/report.ts'
import { servePage } from './gpu/serve.ts'
import { installPeers } from './peers/install.ts'
import { describeMachine } from './peers/machine.ts'

const everyone = [
  'samkit webgpu',
  'samkit webgl2',
  'samkit webasm',
  'tfjs webgl',
  'tfjs webgpu',
  'jax-js webgpu',
]
const everything = [
  'chain',
  'softmax',
  'layer norm',
  'matmul 256',
  'matmul 512',
  'matmul 1024',
  'conv',
  'mlp',
  'vit',
  'convnet',
]

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'swiftshader' },
    only: { type: 'string', default: '' },
    contestants: { type: 'string', default: everyone.join(',') },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    kit: { type: 'string', default: '' },
    examples: { type: 'string', default: '2' },
    kernels: { type: 'boolean', default: false },
  },
})

const listed = (text: string): string[] => text.split(',').filter((part) => part !== '')

async function run(): Promise<void> {
  const { device } = values
  if (device !== 'swiftshader' && device !== 'real') {
    throw new Error(`--device is swiftshader or real, got ${device}`)
  }
  const machine = describeMachine(loadavg()[0] ?? 0)
  const effort = { rounds: Number(values.rounds), seconds: Number(values.seconds) }
  const wanted = listed(values.only)
  const chosen =
    values.only === '' ? everything : everything.filter((name) => wanted.some((one) => name.startsWith(one)))
  installPeers()
  const server = await servePage(await bundlePage())
  const browser = await openBrowser(device)
  try {
    const page = await openPage(browser, server.address, (text) => console.error(`the page: ${text}`))
    const surroundings = await page.evaluate(() => bench.surroundings())
    const gpus = await gpusOf(browser)
    const kit: KitResult[] = []
    for (const mode of listed(values.kit)) {
      console.log(`conformance kit on ${mode} …`)
      kit.push(
        await page.evaluate(([name, runs]) => bench.kit(name, runs), [
          mode,
          Number(values.examples),
        ] as const),
      )
    }
    const kernels = values.kernels
      ? await page.evaluate((rounds) => bench.plainKernels(rounds), effort.rounds)
      : []
    const contestants = await page.evaluate((names) => bench.start(names), listed(values.contestants))
    const rows: GpuRow[] = []
    for (const name of chosen) {
      console.log(`${name} …`)
      rows.push(await measureRow(page, contestants, name, effort))
    }
    const report: GpuReport = {
      date: new Date().toISOString(),
      device,
      machine,
      system: `${type()} ${release()}`,
      browser: `Chromium ${browser.version()}`,
      gpus,
      surroundings,
      effort,
      contestants,
      rows,
      kit,
      kernels,
    }
    console.log(`\n${gpuReportText(report)}\n\nKept in ${keepGpuReport(report)}`)
  } finally {
    await browser.close()
    server.close()
  }
}

await run()
