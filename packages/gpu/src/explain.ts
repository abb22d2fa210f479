import type { Tensor } from '@samkit/core'
import { planFor, rewritePlan } from '@samkit/core/compiler'
import { dialectOf } from './math/dialect.ts'
import type { GpuMode } from './mode.ts'
import { deviceProgram } from './plan/device-program.ts'
import { stagesOf } from './plan/stages.ts'

/**
 * What the GPU backend would run in `mode` to read these tensors: stage by stage what the host computes, and the text of
 * every kernel that gpu.js is handed. Runs nothing, and needs no gpu.js.
 *
 * @throws StepError when a tensor has more elements than gpu.js can count.
 *
 * @example
 * console.log(explainKernels('webgpu', softmax(x)))
 */
export function explainKernels(mode: GpuMode, ...tensors: readonly Tensor[]): string {
  const plan = planFor(...tensors)
  if (plan === null) return 'nothing to run: the values are there'
  const stages = stagesOf(rewritePlan(plan).plan, 'narrow').map(({ place, plan: own }) => {
    if (place === 'host') {
      const names = own.steps.map(({ primitive }) => primitive.name)
      return `on the host: ${[...new Set(names)].join(', ')}`
    }
    const { kernels, outputs } = deviceProgram(own, dialectOf(mode))
    const count = kernels.length === 1 ? '1 kernel' : `${kernels.length} kernels`
    const texts = kernels.map(({ source, grid, inputs, output }) => {
      const use = outputs.includes(output) ? ', read back' : ''
      const from = inputs.map((value) => nameOf(value, own.inputCount)).join(', ')
      return `// ${nameOf(output, own.inputCount)} from (${from}), ${grid.join(' × ')} threads${use}\n${source}`
    })
    return [`on the device: ${count}`, ...texts].join('\n\n')
  })
  return stages.join('\n\n')
}

function nameOf(value: number, inputCount: number): string {
  return value < inputCount ? `input ${value}` : `v${value}`
}
