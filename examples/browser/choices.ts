// What can be chosen on the page, for the page and the worker alike.

export const backendNames = ['wasm', 'gpu:webgpu', 'gpu:webgl2', 'gpu:webasm', 'reference'] as const
export type BackendName = (typeof backendNames)[number]

export const optimizerNames = ['adamw', 'sgd'] as const
export type OptimizerName = (typeof optimizerNames)[number]

export const methodNames = ['plain', 'sam', 'looksam', 'ksam'] as const
export type MethodName = (typeof methodNames)[number]

/** Everything that a run depends on. */
export interface Settings {
  readonly backend: BackendName
  readonly optimizer: OptimizerName
  readonly method: MethodName
  /** Learning rate, above 0. */
  readonly lr: number
  /** Radius of the neighbourhood that the sharpness-aware methods look at, at least 0. */
  readonly rho: number
}

export const backendTitles: Readonly<Record<BackendName, string>> = {
  wasm: 'WebAssembly, all cores',
  'gpu:webgpu': 'WebGPU, by gpu.js',
  'gpu:webgl2': 'WebGL 2, by gpu.js',
  'gpu:webasm': 'WebAssembly, by gpu.js',
  reference: 'Reference, slow on purpose',
}

export const optimizerTitles: Readonly<Record<OptimizerName, string>> = { adamw: 'AdamW', sgd: 'SGD' }

export const methodTitles: Readonly<Record<MethodName, string>> = {
  plain: 'None: the gradient as it is',
  sam: 'SAM',
  looksam: 'LookSAM, every 5th step',
  ksam: 'K-SAM, a third of the batch',
}

/** Learning rates that suit the network of this page. */
export const usualRates: Readonly<Record<OptimizerName, number>> = { adamw: 0.003, sgd: 0.15 }
