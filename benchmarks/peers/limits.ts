import { Worker } from 'node:worker_threads'
import { code, moduleBytes } from './wasm-bytes.ts'

/** What the machine can do at most in WebAssembly, with one thread and with two. */
export interface Limits {
  /** Products and sums of 128-bit vectors held in registers, GFLOP/s. */
  readonly rate: readonly [one: number, two: number]
  /** Bytes read and written by `a = b` on arrays far larger than the caches, GB/s. */
  readonly copy: readonly [one: number, two: number]
  /** The same for `a = b + s · c` (McCalpin's STREAM triad). */
  readonly triad: readonly [one: number, two: number]
}

/** As many chains as hide the latency of a product and a sum, and as stay in 16 registers with the two constants. */
const chains = 13
const rounds = 4_000_000

/** `x = x · a + b` in registers: parameters `(rounds)`. */
function registers(): Uint8Array<ArrayBuffer> {
  const [a, b] = [1 + chains, 2 + chains]
  const each = Array.from({ length: chains }, (_, i) => 1 + i)
  const constant = (local: number, value: number): number[] => [
    ...code.f32(value),
    ...code.splat,
    ...code.set(local),
  ]
  const steps = each.flatMap((x) => [
    ...[...code.get(x), ...code.get(a), ...code.vectorMul],
    ...[...code.get(b), ...code.vectorAdd, ...code.set(x)],
  ])
  const down = [...code.get(0), ...code.i32(1), ...code.sub, ...code.set(0), ...code.get(0)]
  const total = each.slice(1).flatMap((x) => [...code.get(x), ...code.vectorAdd])
  const body = [
    ...constant(a, 0.999),
    ...constant(b, 0.001),
    ...each.flatMap((x) => constant(x, x)),
    ...code.loop([...steps, ...down]),
    ...[...code.get(1), ...total, ...code.firstLane],
  ]
  return moduleBytes({ parameters: 1, result: true, integers: 0, vectors: chains + 2, body }, 0)
}

const bytesPerArray = 1 << 26
const page = 65_536
const perRound = 4

/** `a = b` or `a = b + s · c`: parameters `(address, rounds)`. */
function memory(triad: boolean): Uint8Array<ArrayBuffer> {
  const scale = 2
  const one = (i: number): number[] => {
    const at = 16 * i
    const b = [...code.get(0), ...code.load(bytesPerArray + at)]
    const c = [...code.get(0), ...code.load(2 * bytesPerArray + at), ...code.get(scale), ...code.vectorMul]
    const value = triad ? [...b, ...c, ...code.vectorAdd] : b
    return [...code.get(0), ...value, ...code.store(at)]
  }
  const body = [
    ...[...code.f32(3), ...code.splat, ...code.set(scale)],
    ...code.loop([
      ...Array.from({ length: perRound }, (_, i) => one(i)).flat(),
      ...[...code.get(0), ...code.i32(16 * perRound), ...code.add, ...code.set(0)],
      ...[...code.get(1), ...code.i32(1), ...code.sub, ...code.set(1), ...code.get(1)],
    ]),
  ]
  return moduleBytes(
    { parameters: 2, result: false, integers: 0, vectors: 1, body },
    (3 * bytesPerArray) / page,
  )
}

/** Runs a module's function when told to, and says when it began and ended. */
const worker = `
const { parentPort, workerData } = require('node:worker_threads')
const { run, memory } = new WebAssembly.Instance(new WebAssembly.Module(workerData.bytes)).exports
new Float32Array(memory.buffer).fill(1)
run(...workerData.warm)
parentPort.on('message', () => {
  const from = performance.timeOrigin + performance.now()
  run(...workerData.full)
  parentPort.postMessage([from, performance.timeOrigin + performance.now()])
})
parentPort.postMessage(null)
`

/** The least seconds that `threads` workers take for one run each, side by side. */
async function seconds(bytes: Uint8Array, warm: number[], full: number[], threads: number): Promise<number> {
  const workers = Array.from({ length: threads }, () => {
    return new Worker(worker, { eval: true, execArgv: [], workerData: { bytes, warm, full } })
  })
  const answers = (): Promise<[number, number][]> =>
    Promise.all(
      workers.map(
        (one) =>
          new Promise<[number, number]>((resolve, reject) => {
            one.once('message', resolve).once('error', reject)
          }),
      ),
    )
  let best = Number.POSITIVE_INFINITY
  await answers()
  for (let i = 0; i < 8; i++) {
    const answered = answers()
    for (const one of workers) one.postMessage(null)
    const spans = await answered
    const took = Math.max(...spans.map(([, to]) => to)) - Math.min(...spans.map(([from]) => from))
    best = Math.min(best, took / 1000)
  }
  await Promise.all(workers.map((one) => one.terminate()))
  return best
}

/** The rate of vector arithmetic alone, GFLOP/s: quick, to be taken again between other measurements. */
export async function arithmeticRate(threads: number): Promise<number> {
  const operations = rounds * chains * 4 * 2 * threads
  return operations / (await seconds(registers(), [rounds / 8], [rounds], threads)) / 1e9
}

async function bandwidth(triad: boolean, threads: number): Promise<number> {
  const loops = bytesPerArray / (16 * perRound)
  const took = await seconds(memory(triad), [0, loops], [0, loops], threads)
  return ((triad ? 3 : 2) * bytesPerArray * threads) / took / 1e9
}

/** Measures what the machine can do. */
export async function measureLimits(): Promise<Limits> {
  return {
    rate: [await arithmeticRate(1), await arithmeticRate(2)],
    copy: [await bandwidth(false, 1), await bandwidth(false, 2)],
    triad: [await bandwidth(true, 1), await bandwidth(true, 2)],
  }
}
