import { bytesPerElement } from '../../graph/dtype.ts'
import type { Access } from './access.ts'
import { countOf, type Kernel } from './kernel.ts'
import type { Program } from './program.ts'

/** Operations that a kernel does: one for each number it computes, two for each product that it adds up. */
export function operationsOf(kernel: Kernel): number {
  switch (kernel.kind) {
    case 'fused': {
      const rows = countOf(kernel.kept)
      const places = rows * countOf(kernel.reduced)
      return kernel.body.reduce((sum, line) => {
        if (line.op === 'reduce') return sum + places
        return line.op === 'apply' ? sum + (line.level === 'row' ? rows : places) : sum
      }, 0)
    }
    case 'matmul':
      return 2 * countOf(kernel.batch) * kernel.m * kernel.k * kernel.n
    case 'conv': {
      const { n, c, o, groups, axes } = kernel
      return axes.reduce((product, axis) => product * axis.kernel * axis.output, 2 * n * c * o * groups)
    }
    case 'primitive':
      return countOf(kernel.output.shape)
  }
}

/** Elements of each buffer that a kernel reads and writes, an element that is read many times counted once. */
export interface Traffic {
  readonly reads: ReadonlyMap<number, number>
  readonly writes: ReadonlyMap<number, number>
}

/** What a kernel reads and writes. */
export function trafficOf(kernel: Kernel): Traffic {
  const reads = new Map<number, number>()
  const writes = new Map<number, number>()
  const add = (to: Map<number, number>, { buffer, strides }: Access, sizes: readonly number[]): void => {
    const touched = countOf(sizes.filter((_, axis) => strides[axis] !== 0))
    to.set(buffer, Math.max(to.get(buffer) ?? 0, touched))
  }
  switch (kernel.kind) {
    case 'fused': {
      const sizes = [...kernel.kept, ...kernel.reduced]
      for (const line of kernel.body) if (line.op === 'load') add(reads, line.access, sizes)
      for (const { access } of kernel.stores) add(writes, access, sizes)
      break
    }
    case 'matmul': {
      const { batch, m, k, n, a, b, out } = kernel
      add(reads, a, [...batch, m, k])
      add(reads, b, [...batch, k, n])
      add(writes, out, [...batch, m, n])
      break
    }
    case 'conv': {
      const { n, c, o, groups, axes, x, w, out } = kernel
      add(reads, x, [n, c * groups, ...axes.map(({ input }) => input)])
      add(reads, w, [o * groups, c, ...axes.map((axis) => axis.kernel)])
      add(writes, out, [n, o * groups, ...axes.map(({ output }) => output)])
      break
    }
    case 'primitive':
      for (const { buffer, shape } of kernel.inputs) reads.set(buffer, countOf(shape))
      writes.set(kernel.output.buffer, countOf(kernel.output.shape))
  }
  return { reads, writes }
}

/** What kernels do and move: what the time that they take is held against. */
export interface Cost {
  readonly operations: number
  readonly bytesRead: number
  readonly bytesWritten: number
}

/** The cost of one kernel of a program. */
export function costOf(kernel: Kernel, { buffers }: Program): Cost {
  const bytes = (counts: ReadonlyMap<number, number>): number => {
    let sum = 0
    for (const [buffer, count] of counts) {
      const { dtype = 'f32', size = 0 } = buffers[buffer] ?? {}
      sum += Math.min(count, size) * bytesPerElement(dtype)
    }
    return sum
  }
  const { reads, writes } = trafficOf(kernel)
  return { operations: operationsOf(kernel), bytesRead: bytes(reads), bytesWritten: bytes(writes) }
}

/** The cost of all kernels of a program. */
export function totalCost(program: Program): Cost {
  const total = { operations: 0, bytesRead: 0, bytesWritten: 0 }
  for (const kernel of program.tasks.flatMap(({ kernels }) => kernels)) {
    const { operations, bytesRead, bytesWritten } = costOf(kernel, program)
    total.operations += operations
    total.bytesRead += bytesRead
    total.bytesWritten += bytesWritten
  }
  return total
}
