import type { Access } from './access.ts'
import type { Kernel } from './kernel.ts'

/** Every access of a kernel: reads first, then writes. */
export function accessesOf(kernel: Kernel): {
  readonly reads: readonly number[]
  readonly writes: readonly number[]
} {
  switch (kernel.kind) {
    case 'fused':
      return {
        reads: kernel.body.flatMap((line) => (line.op === 'load' ? [line.access.buffer] : [])),
        writes: kernel.stores.map(({ access }) => access.buffer),
      }
    case 'matmul':
      return { reads: [kernel.a.buffer, kernel.b.buffer], writes: [kernel.out.buffer] }
    case 'conv':
      return { reads: [kernel.x.buffer, kernel.w.buffer], writes: [kernel.out.buffer] }
    case 'primitive':
      return { reads: kernel.inputs.map(({ buffer }) => buffer), writes: [kernel.output.buffer] }
  }
}

/** The same kernel on buffers with other numbers. */
export function renumbered(kernel: Kernel, bufferOf: (value: number) => number): Kernel {
  const at = (access: Access): Access => ({ ...access, buffer: bufferOf(access.buffer) })
  switch (kernel.kind) {
    case 'fused':
      return {
        ...kernel,
        body: kernel.body.map((line) => (line.op === 'load' ? { ...line, access: at(line.access) } : line)),
        stores: kernel.stores.map(({ value, access }) => ({ value, access: at(access) })),
      }
    case 'matmul':
      return { ...kernel, a: at(kernel.a), b: at(kernel.b), out: at(kernel.out) }
    case 'conv':
      return { ...kernel, x: at(kernel.x), w: at(kernel.w), out: at(kernel.out) }
    case 'primitive':
      return {
        ...kernel,
        inputs: kernel.inputs.map((place) => ({ ...place, buffer: bufferOf(place.buffer) })),
        output: { ...kernel.output, buffer: bufferOf(kernel.output.buffer) },
      }
  }
}

/** How many iterations a kernel is split by. */
export function outerOf(kernel: Kernel): number {
  switch (kernel.kind) {
    case 'fused':
      return kernel.kept.reduce((product, n) => product * n, 1)
    case 'matmul':
      return kernel.batch.reduce((product, n) => product * n, kernel.m)
    case 'conv':
      return kernel.n
    case 'primitive':
      return 1
  }
}
