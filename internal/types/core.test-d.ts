import { type DType, dtypes, grad, type MapTree, type Tensor, valueAndGrad } from '@samkit/core'
import { expectTypeOf, test } from 'vitest'

interface Params {
  readonly layers: readonly { readonly weight: Tensor; readonly bias: Tensor }[]
  readonly scale: Tensor
}

declare const loss: (params: Params, x: Tensor) => Tensor
declare const lossAndLogits: (params: Params) => readonly [Tensor, { readonly logits: Tensor }]

test('a dtype is one of four names', () => {
  expectTypeOf(dtypes).toEqualTypeOf<readonly DType[]>()
  expectTypeOf<DType>().toEqualTypeOf<'f32' | 'f64' | 'i32' | 'bool'>()
})

test('a gradient has the type of the parameters and takes the arguments of the loss', () => {
  expectTypeOf(grad(loss)).toEqualTypeOf<(params: Params, x: Tensor) => Params>()
})

test('what a loss returns beside its value keeps its type', () => {
  const { value, grad: gradient, aux } = valueAndGrad(lossAndLogits, { hasAux: true })({} as Params)
  expectTypeOf(value).toEqualTypeOf<Tensor>()
  expectTypeOf(gradient).toEqualTypeOf<Params>()
  expectTypeOf(aux).toEqualTypeOf<{ readonly logits: Tensor }>()
})

test('a loss that is no tensor does not type-check', () => {
  // @ts-expect-error: grad needs a function that gives a tensor
  grad((params: Params) => params.layers.length)
})

test('mapping a tree replaces its tensors and nothing else', () => {
  expectTypeOf<MapTree<{ readonly step: number; readonly mean: Tensor }, string>>().toEqualTypeOf<{
    readonly step: number
    readonly mean: string
  }>()
})
