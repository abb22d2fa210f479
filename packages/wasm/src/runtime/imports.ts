import { mathFunctions } from '../assembler/index.ts'
import { erfModule } from './erf.ts'

let compiled: WebAssembly.Module | undefined

/** The module that exports `erf`, compiled once and sent to every worker. */
export function compiledErf(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(erfModule())
  return compiled
}

/** What modules import as `math`: the functions of `Math`, and `erf`. */
export function mathImports(): Record<string, WebAssembly.ExportValue> {
  const own: Record<string, (...x: number[]) => number> = {}
  for (const name of mathFunctions) if (name !== 'erf') own[name] = Math[name]
  // The erf module imports what every module does; of these it calls only `exp`.
  const { exports } = new WebAssembly.Instance(compiledErf(), {
    math: { ...own, erf: Math.tanh },
    samkit: { memory: new WebAssembly.Memory({ initial: 1, maximum: 1 }) },
  })
  return { ...own, erf: exports.erf as WebAssembly.ExportValue }
}
