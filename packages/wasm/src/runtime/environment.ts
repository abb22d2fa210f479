/** A thread that runs {@link workerSource}. */
export interface Helper {
  post(message: object): void
  stop(): void
}

/** What is told of a helper. */
export interface HelperEvents {
  /** It sent a message. */
  readonly message: (message: unknown) => void
  /** It ended, or could not begin. */
  readonly gone: (cause: unknown) => void
}

// The parts of Node that are used. They are found at run time, so that bundlers for browsers meet no Node module.

interface NodeWorker {
  on(event: string, listener: (value: unknown) => void): void
  postMessage(message: object): void
  terminate(): Promise<number>
  unref(): void
}

interface NodeModules {
  readonly 'node:worker_threads': {
    readonly Worker: new (source: string, options: object) => NodeWorker
  }
  readonly 'node:os': { availableParallelism(): number }
  readonly 'node:v8': { setFlagsFromString(flags: string): void }
  readonly 'node:vm': { runInNewContext(code: string): unknown }
}

interface NodeProcess {
  readonly env: Readonly<Record<string, string | undefined>>
  getBuiltinModule<K extends keyof NodeModules>(name: K): NodeModules[K]
}

function nodeProcess(): NodeProcess | undefined {
  const { process } = globalThis as { process?: Partial<NodeProcess> }
  return typeof process?.getBuiltinModule === 'function' ? (process as NodeProcess) : undefined
}

/** Whether memory can be shared between threads here: always in Node, on cross-origin isolated pages in browsers. */
export function canShare(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false
  return (
    nodeProcess() !== undefined ||
    (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true
  )
}

/** Whether this thread may wait for others: not the main thread of a browser. */
export function canWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0)
    return true
  } catch {
    return false
  }
}

/** More threads than this gain little where they share caches and memory. */
const mostThreads = 8

/**
 * How many threads to use where nobody says: `SAMKIT_THREADS`, or as many as there are cores, but 8 at most.
 *
 * @throws Error when `SAMKIT_THREADS` is no whole number from 1 to 64.
 */
export function defaultThreads(): number {
  const node = nodeProcess()
  const asked = node?.env.SAMKIT_THREADS
  if (asked !== undefined && asked !== '') return checkThreads('SAMKIT_THREADS', Number(asked))
  const cores =
    node !== undefined
      ? node.getBuiltinModule('node:os').availableParallelism()
      : navigator.hardwareConcurrency
  return Math.min(mostThreads, Math.max(1, cores || 1))
}

/** Checks a number of threads that somebody asked for. */
export function checkThreads(name: string, threads: number): number {
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new Error(`${name} must be a whole number from 1 to 64, got ${threads}`)
  }
  return threads
}

/** Lets everything run that waits for this thread: messages, timers, callbacks for collected objects. */
export function turn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void }
  return new Promise((resolve) => {
    if (setImmediate !== undefined) return setImmediate(resolve)
    // Timers would take some milliseconds.
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}

/** What collects all garbage at once, where the engine has that. Only Node has. */
export function garbageCollector(): (() => void) | null {
  const { gc } = globalThis as { gc?: () => void }
  if (gc !== undefined) return gc
  const node = nodeProcess()
  if (node === undefined) return null
  try {
    node.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc')
    return node.getBuiltinModule('node:vm').runInNewContext('gc') as () => void
  } catch {
    return null
  }
}

/** Starts a thread that runs `source`. It keeps no Node process alive. */
export function startHelper(source: string, events: HelperEvents): Helper {
  const node = nodeProcess()
  if (node === undefined) return browserHelper(source, events)
  const { Worker } = node.getBuiltinModule('node:worker_threads')
  const worker = new Worker(source, { eval: true, execArgv: [], name: 'samkit' })
  worker.on('message', events.message)
  worker.on('error', events.gone)
  worker.on('exit', () => events.gone(undefined))
  worker.unref()
  return { post: (message) => worker.postMessage(message), stop: () => void worker.terminate() }
}

function browserHelper(source: string, events: HelperEvents): Helper {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  const worker = new Worker(url, { name: 'samkit' })
  worker.onmessage = ({ data }) => events.message(data)
  worker.onerror = (event) => events.gone(event.message)
  return {
    post: (message) => worker.postMessage(message),
    stop: () => {
      worker.terminate()
      URL.revokeObjectURL(url)
    },
  }
}
