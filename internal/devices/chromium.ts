/** Flags for a Chromium that does nothing on its own: no updates, no first-run pages, no calls home. */
export const quietFlags: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Flags that give pages WebGL 2 and WebGPU on any machine: SwiftShader computes them on the processor. */
export const gpuFlags: readonly string[] = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-unsafe-swiftshader',
]

/** Response headers that isolate a page from other origins, so that its threads can share memory. */
export const isolatingHeaders: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}
