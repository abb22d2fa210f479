import type { PrimitiveKernel } from '@samkit/core/compiler'
import type { KernelList } from '../kernel-list.ts'
import { addArgExtremum } from './arg-extremum.ts'
import { addArgsort } from './argsort.ts'
import { addCumsum } from './cumsum.ts'
import { addFold } from './fold.ts'
import { addGather } from './gather.ts'
import { addScatterAdd } from './scatter-add.ts'

type Add = (list: KernelList, kernel: PrimitiveKernel) => void

const kernels: Readonly<Record<string, Add>> = {
  argmax: addArgExtremum,
  argmin: addArgExtremum,
  argsort: addArgsort,
  cumsum: addCumsum,
  fold: addFold,
  gather: addGather,
  scatterAdd: addScatterAdd,
}

/** Whether there are device kernels for a primitive that is no loop over elements. */
export function hasPrimitive(name: string): boolean {
  return Object.hasOwn(kernels, name)
}

/** Adds the kernels of a primitive that is no loop over elements. */
export function addPrimitive(list: KernelList, kernel: PrimitiveKernel): void {
  const add = kernels[kernel.primitive.name]
  if (add === undefined)
    throw new Error(
      `samkit: gpu was handed ${kernel.primitive.name}, which it has no kernel for; please report this`,
    )
  add(list, kernel)
}
