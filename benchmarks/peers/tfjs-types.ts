/** What is used here of @tensorflow/tfjs, which is not installed with the workspace. */
export interface TfTensor {
  data(): Promise<Float32Array>
  dataSync(): Float32Array
  dispose(): void
}

/** A tensor that an optimizer changes. */
export interface TfVariable extends TfTensor {
  readonly trainable: boolean
}

/** The library. */
export interface Tfjs {
  readonly version_core: string
  readonly train: {
    momentum(rate: number, momentum: number): { minimize(loss: () => TfTensor, returnCost: true): TfTensor }
  }
  setBackend(name: string): Promise<boolean>
  ready(): Promise<void>
  tidy(f: () => TfTensor): TfTensor
  tensor(data: Float32Array, shape: readonly number[]): TfTensor
  variable(initial: TfTensor): TfVariable
  scalar(value: number): TfTensor
  matMul(a: TfTensor, b: TfTensor, transposeA?: boolean, transposeB?: boolean): TfTensor
  add(a: TfTensor, b: TfTensor): TfTensor
  sub(a: TfTensor, b: TfTensor): TfTensor
  mul(a: TfTensor, b: TfTensor): TfTensor
  maximum(a: TfTensor, b: TfTensor): TfTensor
  neg(x: TfTensor): TfTensor
  tanh(x: TfTensor): TfTensor
  relu(x: TfTensor): TfTensor
  rsqrt(x: TfTensor): TfTensor
  square(x: TfTensor): TfTensor
  mean(x: TfTensor, axis?: number, keepDims?: boolean): TfTensor
  sum(x: TfTensor, axis?: number): TfTensor
  softmax(x: TfTensor): TfTensor
  logSoftmax(x: TfTensor): TfTensor
  reshape(x: TfTensor, shape: readonly number[]): TfTensor
  transpose(x: TfTensor, axes: readonly number[]): TfTensor
  split(x: TfTensor, count: number, axis: number): TfTensor[]
}

/** The WebAssembly backend's own settings. */
export interface TfjsWasm {
  setThreadsCount(threads: number): void
  getThreadsCount(): number
}
