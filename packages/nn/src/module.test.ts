import { key, type Tensor, tensor, treeLeaves } from '@samkit/core'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { constantInit } from './init.ts'
import type { Layer, ParamsOf } from './layer.ts'
import { dropout } from './layers/dropout.ts'
import { type LinearParams, linear } from './layers/linear.ts'
import { lambda, module, residual, sequential } from './module.ts'
import { parameter } from './parameter.ts'
import { numbers, still } from './testing/layers.testing.ts'

describe('module', () => {
  const net = module({ first: linear(2, 3), rest: [linear(3, 3), linear(3, 1)] }, (l, x) =>
    l.rest.reduce((y, layer) => layer(y), l.first(x)),
  )

  it('types its parameters by its parts', () => {
    type Expected = { readonly first: LinearParams; readonly rest: readonly [LinearParams, LinearParams] }
    expectTypeOf<ParamsOf<typeof net>>().toEqualTypeOf<Expected>()
  })

  it('gives every part a key of its own', async () => {
    const { rest } = net.init(key(0))
    expect(await rest[0].weight.at([0, 1]).data()).not.toEqual(await rest[1].weight.data())
  })

  it('tells what each parameter is for', () => {
    const kind = { weight: 'weight', bias: 'bias' }
    expect(net.kinds()).toEqual({ first: kind, rest: [kind, kind] })
  })
})

describe('the parts of a module', () => {
  const token = module(
    { weight: parameter([2], constantInit(3), 'embedding'), extra: null, fc: linear(2, 2) },
    (l, x) => l.fc(x.add(l.weight)).add(l.extra === null ? 0 : 1),
  )

  it('may be plain parameters, which appear as tensors, and null where nothing is', async () => {
    const params = {
      weight: tensor([1, 2]),
      extra: null,
      fc: {
        weight: tensor([
          [1, 0],
          [0, 2],
        ]),
        bias: null,
      },
    }
    expect(await token.apply(params, tensor([[10, 20]]), still).array()).toEqual([[11, 44]])
    const fresh = token.init(key(0))
    expect(await fresh.weight.array()).toEqual([3, 3])
    expect(fresh.extra).toBeNull()
    expect(token.kinds()).toEqual({
      weight: 'embedding',
      extra: null,
      fc: { weight: 'weight', bias: 'bias' },
    })
  })

  it('type the parameters', () => {
    type Expected = { readonly weight: Tensor; readonly extra: null; readonly fc: LinearParams }
    expectTypeOf<ParamsOf<typeof token>>().toEqualTypeOf<Expected>()
  })

  it('draw from different keys in a pass, which are worked out only where somebody asks', async () => {
    const drops = module({ a: dropout(0.5), b: [dropout(0.5), dropout(0.5)] }, (l, x) =>
      l.a(x).add(l.b[0](x).mul(10)).add(l.b[1](x).mul(100)),
    )
    const y = await drops
      .apply(drops.init(key(0)), numbers(1, [200]).mul(0).add(0.5), { training: true, key: key(1) })
      .data()
    expect(new Set(y.map(Math.round)).size).toBe(8)
    let asked = 0
    const context = {
      training: true,
      get key() {
        asked += 1
        return key(1)
      },
    }
    const quiet = module({ inner: module({ f: lambda((x) => x.neg()) }, (l, x) => l.f(x)) }, (l, x) =>
      l.inner(x),
    )
    quiet.apply(quiet.init(key(0)), tensor([1]), context)
    expect(asked).toBe(0)
  })
})

describe('parameters of another model', () => {
  const inner = module({ fc: linear(1, 1), drop: dropout(0.5) }, (l, x) => l.drop(l.fc(x)))
  const net = module({ blocks: [inner], scale: parameter([1], constantInit(2), 'scale') }, (l, x) =>
    l.blocks[0](x).mul(l.scale),
  )
  const fc = { weight: tensor([[3]]), bias: null }
  const apply = (params: unknown) => (net as Layer<unknown>).apply(params, tensor([[1]]), still)

  it('are told by the path that they lack', () => {
    const lack = (path: string) =>
      `module: the parameters have nothing at '${path}'; are they another model's?`
    expect(() => apply({ blocks: [{}], scale: tensor([2]) })).toThrow(lack('blocks.0.fc'))
    expect(() => apply({ blocks: [], scale: tensor([2]) })).toThrow(lack('blocks.0'))
    expect(() => apply({ scale: tensor([2]) })).toThrow(lack('blocks'))
    expect(() => apply({ blocks: [{ fc }] })).toThrow(lack('scale'))
    expect(() => apply(null)).toThrow('the parameters have nothing at the root')
  })

  it('may leave out parts that have none', async () => {
    expect(await apply({ blocks: [{ fc }], scale: tensor([2]) }).array()).toEqual([[6]])
  })
})

describe('residual', () => {
  it('adds what its body makes of the input, and has the body’s parameters', async () => {
    const layer = residual(linear(1, 1))
    const params = { weight: tensor([[2]]), bias: tensor([1]) }
    expect(await layer.apply(params, tensor([[5]]), still).array()).toEqual([[16]])
    expect(layer.kinds()).toEqual({ weight: 'weight', bias: 'bias' })
  })
})

describe('sequential', () => {
  it('names its parameters by position, as PyTorch does', () => {
    const params = sequential(linear(2, 2), linear(2, 1)).init(key(0))
    expect(treeLeaves(params).map(({ path }) => path)).toEqual(['0.weight', '0.bias', '1.weight', '1.bias'])
  })
})
