import { f32x4, ModuleBuilder, relaxed, type Vector, v128 } from './assembler/index.ts'
import type { Features } from './kernels/generator.ts'

function understands(vector: () => Vector): boolean {
  const module = new ModuleBuilder({ shared: false, maxPages: 1 })
  module.function('test', [], null, (code) => code.run(v128.store(0, vector())))
  return WebAssembly.validate(module.finish())
}

/**
 * What this engine can do, found by asking it.
 *
 * @throws Error when it has no WebAssembly, or none with SIMD.
 */
export function testFeatures(options: { relaxedSimd: boolean; sharedMemory: boolean }): Features {
  if (typeof WebAssembly === 'undefined' || !understands(() => f32x4.const(1))) {
    throw new Error(
      'the wasm backend needs WebAssembly with SIMD: Node 20, Chrome 91, Firefox 89 or Safari 16.4 and later have it; ' +
        'where it is missing, use the backend "reference"',
    )
  }
  const fused = (): Vector => relaxed.f32x4Madd(f32x4.const(1), f32x4.const(2), f32x4.const(3))
  return {
    relaxedSimd: options.relaxedSimd && understands(fused),
    sharedMemory: options.sharedMemory,
  }
}
