import {
  flattenTree,
  grad,
  jvp,
  type MapTree,
  mapTree,
  type Tensor,
  unflattenTree,
  valueAndGrad,
  vjp,
  zipTrees,
} from '@samkit/core'
import { expectTypeOf, test } from 'vitest'

interface LinearInterface {
  readonly weight: Tensor
  readonly bias: Tensor | null
}

type LinearAlias = { readonly weight: Tensor; readonly bias: Tensor | null }

interface Model {
  readonly layers: readonly LinearInterface[]
  readonly pair: readonly [Tensor, LinearAlias]
  readonly step: number
  readonly name?: string
  readonly extra?: Tensor
}

declare const model: Model
declare const x: Tensor
declare const loss: (params: Model, x: Tensor) => Tensor

test('interfaces and type aliases both work as parameter trees', () => {
  expectTypeOf(
    grad((p: LinearInterface) => p.weight)({ weight: x, bias: null }),
  ).toEqualTypeOf<LinearInterface>()
  expectTypeOf(grad((p: LinearAlias) => p.weight)({ weight: x, bias: null })).toEqualTypeOf<LinearAlias>()
})

test('mapping to tensors keeps the type, mapping to something else replaces tensors only', () => {
  expectTypeOf(mapTree(model, (leaf) => leaf.neg())).toEqualTypeOf<Model>()
  expectTypeOf(mapTree(model, (leaf) => leaf.shape.length).layers).toEqualTypeOf<
    readonly { readonly weight: number; readonly bias: number | null }[]
  >()
  expectTypeOf<MapTree<Model, string>['pair']>().toEqualTypeOf<
    readonly [string, { readonly weight: string; readonly bias: string | null }]
  >()
  expectTypeOf<MapTree<Model, string>['step']>().toEqualTypeOf<number>()
  expectTypeOf<MapTree<Model, boolean>['extra']>().toEqualTypeOf<boolean | undefined>()
  expectTypeOf<MapTree<Tensor, 3>>().toEqualTypeOf<3>()
})

test('zipping and unflattening keep the type', () => {
  expectTypeOf(zipTrees(model, model, (a, b) => a.add(b))).toEqualTypeOf<Model>()
  expectTypeOf(zipTrees({ w: x }, { w: x }, (_, __, path) => path)).toEqualTypeOf<{ readonly w: string }>()
  expectTypeOf(unflattenTree(flattenTree(model).structure, [])).toEqualTypeOf<Model>()
})

test('zipping trees of different types does not type-check', () => {
  // @ts-expect-error: the second tree has no tensor called w
  zipTrees({ w: x }, { v: x }, (a) => a)
})

test('transforms keep the types of arguments, values and trees', () => {
  expectTypeOf(grad(loss)).toEqualTypeOf<(params: Model, x: Tensor) => Model>()
  expectTypeOf(valueAndGrad(loss)(model, x).grad).toEqualTypeOf<Model>()
  const both = (p: Model): { readonly a: Tensor; readonly b: readonly Tensor[] } => ({ a: p.pair[0], b: [] })
  expectTypeOf(vjp(both, model).pullback).parameter(0).toEqualTypeOf<ReturnType<typeof both>>()
  expectTypeOf(vjp(both, model).pullback).returns.toEqualTypeOf<Model>()
  expectTypeOf(jvp(both, model, model).tangent).toEqualTypeOf<ReturnType<typeof both>>()
})

test('a gradient may be differentiated again', () => {
  expectTypeOf(grad((t: Tensor) => grad((s: Tensor) => s.pow(3))(t))).toEqualTypeOf<(x: Tensor) => Tensor>()
})
