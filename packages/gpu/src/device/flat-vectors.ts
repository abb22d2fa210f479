import { type GpuInstance, type GpuJs, kernelSettings } from './gpujs.ts'

/**
 * Lets threads of a WebGPU instance give four numbers that lie like any others: `output` then counts numbers, not threads.
 * gpu.js writes vectors side by side in any case, but counts them, and refuses to feed them to a kernel that reads numbers.
 */
export function useFlatVectors({ WebGPUKernel }: GpuJs, gpu: GpuInstance): void {
  gpu.Kernel = class extends WebGPUKernel {
    /** Called while a kernel is built, after its threads were counted. */
    override translateSource(): void {
      super.translateSource()
      if (this.componentCount === 1) return
      this.threadDim = this.threadDim.map((n, axis) => (axis === 0 ? n / this.componentCount : n))
      this.componentCount = 1
    }
  }
}

const numbers = Float32Array.from({ length: 256 }, (_, i) => i)

/** Whether that works with the gpu.js that is installed: it is told through a class that may come to look otherwise. */
export async function flatVectorsWork(gpujs: GpuJs): Promise<boolean> {
  const gpu = new gpujs.GPU({ mode: 'webgpu' })
  try {
    useFlatVectors(gpujs, gpu)
    const settings = { ...kernelSettings, output: [numbers.length] }
    const terms = [0, 1, 2, 3].map((i) => `a[this.thread.x * 4 + ${i}] + 1`)
    const four = gpu.createKernel(`function (a) { return [${terms.join(', ')}]; }`, settings)
    const one = gpu.createKernel('function (a) { return a[this.thread.x] * 2; }', settings)
    const pipeline = gpu.createPipeline((a) => [four(a), one(four(a))])
    const results = (await pipeline(new gpujs.Input(numbers, [numbers.length]))) as readonly unknown[]
    const right = [numbers.map((x) => x + 1), numbers.map((x) => 2 * (x + 1))]
    return (
      pipeline.executorKind === 'fused-encoder' && right.every((own, i) => String(own) === String(results[i]))
    )
  } catch {
    return false
  } finally {
    await gpu.destroy()
  }
}
