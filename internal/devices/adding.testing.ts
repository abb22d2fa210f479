import { GPU, HeadlessGLKernel, type IGPUSettings, type Kernel, WebGL2Kernel } from 'gpu.js'

const count = 5000

/** Adds numbers with gpu.js in this mode: the sums, what they should be, and what computed them. */
export async function addWith(mode: NonNullable<IGPUSettings['mode']>): Promise<{
  readonly sums: unknown
  readonly right: Float32Array
  readonly ranOn: string
}> {
  const gpu = new GPU({ mode })
  const kernel = gpu.createKernel('function (a, b) { return a[this.thread.x] + b[this.thread.x] }', {
    output: [count],
    precision: 'single',
  })
  const times = (factor: number) => Float32Array.from({ length: count }, (_, i) => factor * i)
  const sums = await kernel(times(1), times(2))
  const ranOn = modeOf(kernel.kernel)
  await gpu.destroy()
  return { sums, right: times(3), ranOn }
}

/** gpu.js may put a kernel for the processor in the place of the one asked for; this tells which is there now. */
function modeOf(kernel: Kernel): string {
  if (kernel instanceof WebGL2Kernel) return 'webgl2'
  if (kernel instanceof HeadlessGLKernel) return 'headlessgl'
  return String(Reflect.get(kernel.constructor, 'mode'))
}
