/** What is used here of @jax-js/jax, which is not installed with the workspace. Operations use their operands up; `ref` keeps one. */
export interface JaxArray {
  readonly ref: JaxArray
  readonly shape: readonly number[]
  add(other: JaxArray | number): JaxArray
  sub(other: JaxArray | number): JaxArray
  mul(other: JaxArray | number): JaxArray
  reshape(shape: readonly number[]): JaxArray
  transpose(axes: readonly number[]): JaxArray
  data(): Promise<Float32Array>
  blockUntilReady(): Promise<JaxArray>
  dispose(): void
}

/** The loss of a model on a batch. */
export type JaxLoss = (parameters: JaxArray[], inputs: JaxArray, targets: JaxArray) => JaxArray

/** The library. */
export interface Jax {
  init(device: 'wasm'): Promise<readonly string[]>
  defaultDevice(device: 'wasm'): void
  jit<F>(f: F): F
  valueAndGrad(f: JaxLoss): (...args: Parameters<JaxLoss>) => [JaxArray, JaxArray[]]
  readonly numpy: {
    array(data: Float32Array, options: { readonly shape: readonly number[] }): JaxArray
    matmul(a: JaxArray, b: JaxArray): JaxArray
    maximum(a: JaxArray, b: number): JaxArray
    mean(x: JaxArray, axis?: number): JaxArray
    sum(x: JaxArray, axis?: number): JaxArray
    split(x: JaxArray, count: number, axis: number): JaxArray[]
  }
  readonly nn: {
    gelu(x: JaxArray): JaxArray
    relu(x: JaxArray): JaxArray
    softmax(x: JaxArray): JaxArray
    logSoftmax(x: JaxArray): JaxArray
    standardize(x: JaxArray): JaxArray
    dotProductAttention(q: JaxArray, k: JaxArray, v: JaxArray): JaxArray
  }
}
