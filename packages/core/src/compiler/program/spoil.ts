import type { TypedArray } from '../../graph/dtype.ts'
import type { Access } from './access.ts'
import type { Kernel } from './kernel.ts'
import { digitsOf, placeOf } from './places.ts'

/** Writes NaN (the largest number in i32, true in bool) wherever a share of a kernel would have written. */
export function spoil(kernel: Kernel, memory: readonly TypedArray[], from: number, to: number): void {
  switch (kernel.kind) {
    case 'fused': {
      const { kept, reduced, body, stores } = kernel
      for (const { value, access } of stores) {
        const sizes = body[value]?.level === 'row' ? kept : [...kept, ...reduced]
        spoilAt(access, sizes, memory, from, to, kept.length)
      }
      break
    }
    case 'matmul': {
      const { batch, m, n, out } = kernel
      spoilAt(out, [...batch, m, n], memory, from, to, batch.length + 1)
      break
    }
    case 'conv': {
      const { n, o, groups, axes, out } = kernel
      spoilAt(out, [n, o * groups, ...axes.map(({ output }) => output)], memory, from, to, 1)
      break
    }
    case 'primitive': {
      const target = memory[kernel.output.buffer]
      target?.fill(garbage(target))
    }
  }
}

function garbage(target: TypedArray): number {
  if (target instanceof Int32Array) return 2 ** 31 - 1
  return target instanceof Uint8Array ? 1 : Number.NaN
}

/** Spoils the iterations `from` up to `to` of the first `outer` axes. */
function spoilAt(
  access: Access,
  sizes: readonly number[],
  memory: readonly TypedArray[],
  from: number,
  to: number,
  outer: number,
): void {
  const target = memory[access.buffer]
  if (target === undefined) return
  const inner = sizes.slice(outer).reduce((product, n) => product * n, 1)
  for (let i = from * inner; i < to * inner; i++)
    target[placeOf(access, digitsOf(i, sizes))] = garbage(target)
}
