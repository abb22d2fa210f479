import { ModuleBuilder } from '../assembler/index.ts'
import type { Phase } from '../kernels/generator.ts'
import { addDrivers } from './driver.ts'
import type { Stage } from './stages.ts'

/** A program's code: its module, and where its phases stand in the function table. */
export interface Assembly {
  readonly module: WebAssembly.Module
  /** How many kernel functions it has. Equal phases share one. */
  readonly functions: number
  placeOf(phase: Phase): number
}

/** Makes one module of every phase that stages call, and the functions that drive them. */
export function assemble(
  stages: readonly Stage[],
  memory: { readonly shared: boolean; readonly maxPages: number },
): Assembly {
  const module = new ModuleBuilder(memory)
  const places = new Map<string, number>()
  for (const { calls } of stages) {
    for (const { phase } of calls) {
      if (places.has(phase.key)) continue
      const made = module.once(phase.key, () => phase.emit(module))
      places.set(phase.key, module.tabulate(made))
    }
  }
  // Where all is done on the host there is nothing to drive.
  if (places.size > 0) addDrivers(module, memory.shared)
  const placeOf = ({ key }: Phase): number => {
    const place = places.get(key)
    if (place === undefined) throw new Error(`samkit: phase ${key} was not made; please report this`)
    return place
  }
  return { module: new WebAssembly.Module(module.finish()), functions: places.size, placeOf }
}
