import { ModuleBuilder, mathFunctions } from './index.ts'

/** A module made, compiled and instantiated on a memory of its own: its function `run`, and the memory. */
export function assembled(
  write: (module: ModuleBuilder) => void,
  pages = 1,
): { readonly run: (...args: number[]) => number; readonly memory: WebAssembly.Memory } {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const module = new ModuleBuilder({ shared: false, maxPages: pages })
  write(module)
  const math = Object.fromEntries(
    mathFunctions.map((name) => [
      name,
      name === 'erf' ? Math.tanh : (Math[name] as (...x: number[]) => number),
    ]),
  )
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), {
    samkit: { memory },
    math,
  })
  return { run: exports.run as (...args: number[]) => number, memory }
}
