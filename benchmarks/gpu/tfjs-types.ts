/** What is used here of TensorFlow.js, which is not installed with the workspace. */
export interface TfTensor {
  data(): Promise<Float32Array>
  dispose(): void
}

/** The library, with the backends that were added to it. */
export interface Tfjs {
  readonly version: { readonly 'tfjs-core': string }
  setBackend(name: string): Promise<boolean>
  tidy<R extends TfTensor | TfTensor[]>(f: () => R): R
  tensor(data: Float32Array, shape: readonly number[]): TfTensor
  add(a: TfTensor, b: TfTensor | number): TfTensor
  sub(a: TfTensor, b: TfTensor | number): TfTensor
  mul(a: TfTensor, b: TfTensor | number): TfTensor
  maximum(a: TfTensor, b: TfTensor | number): TfTensor
  tanh(x: TfTensor): TfTensor
  square(x: TfTensor): TfTensor
  rsqrt(x: TfTensor): TfTensor
  matMul(a: TfTensor, b: TfTensor): TfTensor
  reshape(x: TfTensor, shape: readonly number[]): TfTensor
  transpose(x: TfTensor, axes: readonly number[]): TfTensor
  softmax(x: TfTensor): TfTensor
  logSoftmax(x: TfTensor): TfTensor
  sum(x: TfTensor, axis: number): TfTensor
  mean(x: TfTensor, axes: readonly number[] | number, keepDims?: boolean): TfTensor
  conv2d(x: TfTensor, kernels: TfTensor, stride: number, padding: number): TfTensor
  grads(f: (...parameters: TfTensor[]) => TfTensor): (parameters: TfTensor[]) => TfTensor[]
}
