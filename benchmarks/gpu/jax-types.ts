/** What is used here of @jax-js/jax, which is not installed with the workspace. Operations use their operands up; `ref` keeps one. */
export interface JaxArray {
  readonly ref: JaxArray
  add(other: JaxArray | number): JaxArray
  sub(other: JaxArray | number): JaxArray
  mul(other: JaxArray | number): JaxArray
  reshape(shape: readonly number[]): JaxArray
  transpose(axes: readonly number[]): JaxArray
  data(): Promise<Float32Array>
  dispose(): void
}

/** The state after some work. */
export type JaxStep = (state: JaxArray[], fixed: JaxArray[]) => JaxArray[]

/** The library. */
export interface Jax {
  init(device: 'webgpu'): Promise<readonly string[]>
  defaultDevice(device: 'webgpu'): void
  jit(f: JaxStep): JaxStep
  grad(
    f: (parameters: JaxArray[], fixed: JaxArray[]) => JaxArray,
  ): (parameters: JaxArray[], fixed: JaxArray[]) => JaxArray[]
  readonly numpy: {
    array(data: Float32Array, options: { readonly shape: readonly number[] }): JaxArray
    matmul(a: JaxArray, b: JaxArray): JaxArray
    maximum(a: JaxArray, b: number): JaxArray
    tanh(x: JaxArray): JaxArray
    mean(x: JaxArray, axis: readonly number[]): JaxArray
    sum(x: JaxArray, axis: number): JaxArray
  }
  readonly nn: {
    softmax(x: JaxArray): JaxArray
    logSoftmax(x: JaxArray): JaxArray
    standardize(x: JaxArray): JaxArray
  }
  readonly lax: {
    convGeneralDilated(
      x: JaxArray,
      kernels: JaxArray,
      strides: readonly number[],
      padding: readonly (readonly [number, number])[],
    ): JaxArray
  }
}
