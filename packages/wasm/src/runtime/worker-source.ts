import { mathFunctions } from '../assembler/index.ts'
import { control, controlBytes } from './control.ts'

const own = mathFunctions.filter((name) => name !== 'erf')

/**
 * The program of a worker, as text: so that it runs under Node and in browsers alike and no bundler has to know of it.
 *
 * The first message brings the memory and the worker's number, others bring programs. Between runs it sleeps in the memory.
 * When it wakes for a program that it does not know, it goes back to its messages: the program is among them.
 */
export const workerSource = `'use strict'
const inBrowser = typeof WorkerGlobalScope !== 'undefined'
const port = inBrowser ? self : require('node:worker_threads').parentPort
const programs = new Map()
let memory, words, thread, math
let seen = 0

function receive(message) {
  if (message.memory) {
    ;({ memory, thread } = message)
    words = new Int32Array(memory.buffer, 0, ${controlBytes / 4})
    math = {}
    for (const name of ${JSON.stringify(own)}) math[name] = Math[name]
    const empty = { memory: new WebAssembly.Memory({ initial: 1, maximum: 1 }) }
    const { exports } = new WebAssembly.Instance(message.erf, { math: { ...math, erf: Math.tanh }, samkit: empty })
    math.erf = exports.erf
    port.postMessage({ ready: true })
  }
  for (const id of message.forget || []) programs.delete(id)
  if (message.module) {
    programs.set(message.program, new WebAssembly.Instance(message.module, { math, samkit: { memory } }).exports)
  }
  work()
}

function work() {
  for (;;) {
    const now = Atomics.load(words, ${control.generation})
    if (now === seen || now & 1) {
      Atomics.wait(words, ${control.generation}, now)
      continue
    }
    const program = Atomics.load(words, ${control.program})
    const stages = Atomics.load(words, ${control.stages})
    const stageCount = Atomics.load(words, ${control.stageCount})
    const base = Atomics.load(words, ${control.base})
    const total = Atomics.load(words, ${control.total})
    const reports = Atomics.load(words, ${control.reports})
    if (Atomics.load(words, ${control.generation}) !== now) continue
    const code = programs.get(program)
    if (code === undefined) {
      const claimed = (Atomics.load(words, ${control.ticket}) - base) >>> 0
      if (claimed < total) return
      // Over already: no message need be waiting.
      seen = now
      continue
    }
    seen = now
    try {
      if (code.drive(stages, stageCount, base, total, thread, 0) && reports) port.postMessage({ finished: now })
    } catch (error) {
      code.halt(base, total)
      Atomics.add(words, ${control.done}, 1)
      Atomics.notify(words, ${control.done})
      if (reports) port.postMessage({ failed: now, error: String(error) })
    }
  }
}

if (inBrowser) self.onmessage = ({ data }) => receive(data)
else port.on('message', receive)
`
