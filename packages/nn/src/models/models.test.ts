import { key, type Tensor, treeLeaves, zeros } from '@samkit/core'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { ParamsOf } from '../layer.ts'
import { type LinearParams, linear } from '../layers/linear.ts'
import { module, sequential } from '../module.ts'
import { loadStateDict, stateDict } from '../state-dict.ts'
import { lenet } from './lenet.ts'
import { mlp } from './mlp.ts'

const still = { training: false, key: null }
const count = (params: unknown): number => treeLeaves(params).reduce((n, { tensor }) => n + tensor.size, 0)

describe('lenet', () => {
  it('has 61,706 parameters on 28×28 grey images, and the usual names', () => {
    const params = lenet().init(key(0))
    expect(count(params)).toBe(61_706)
    expect(treeLeaves(params).map(({ path }) => path)).toEqual(
      ['conv1', 'conv2', 'fc1', 'fc2', 'fc3'].flatMap((name) => [`${name}.weight`, `${name}.bias`]),
    )
  })

  it.each([
    [1, 28, 10],
    [3, 32, 10],
    [1, 16, 4],
    [1, 13, 2],
  ])('takes images of %i channels and %i pixels to %i logits', async (channels, imageSize, classes) => {
    const model = lenet({ channels, imageSize, classes })
    const logits = model.apply(model.init(key(0)), zeros([2, channels, imageSize, imageSize]), still)
    expect(logits.shape).toEqual([2, classes])
    expect(await logits.data()).toHaveLength(2 * classes)
  })

  it('refuses images too small for it', () => {
    expect(() => lenet({ imageSize: 8 })).toThrow('needs images of at least 12 by 12 pixels, got 8')
  })
})

describe('mlp', () => {
  it('flattens its input and ends in plain logits', async () => {
    const model = mlp([12, 5, 3])
    const params = model.init(key(0))
    expect(count(params)).toBe(12 * 5 + 5 + 5 * 3 + 3)
    expect(model.apply(params, zeros([4, 3, 2, 2]), still).shape).toEqual([4, 3])
  })

  it('drops units in training only, by the key', async () => {
    const model = mlp([4, 64, 2], { dropout: 0.5 })
    const params = model.init(key(0))
    const x = zeros([1, 4]).add(1)
    const outputs = async (training: boolean, seed: number) =>
      (await model.apply(params, x, { training, key: key(seed) }).data()).join()
    expect(await outputs(false, 1)).toBe(await outputs(false, 2))
    expect(await outputs(true, 1)).toBe(await outputs(true, 1))
    expect(await outputs(true, 1)).not.toBe(await outputs(true, 2))
  })
})

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

describe('sequential', () => {
  it('names its parameters by position, as PyTorch does', () => {
    const params = sequential(linear(2, 2), linear(2, 1)).init(key(0))
    expect(treeLeaves(params).map(({ path }) => path)).toEqual(['0.weight', '0.bias', '1.weight', '1.bias'])
  })
})

describe('stateDict', () => {
  const params = linear(2, 1).init(key(0))

  it('and loadStateDict go there and back', async () => {
    const other = linear(2, 1).init(key(1))
    const loaded = loadStateDict(other, stateDict(params))
    expect(await loaded.weight.data()).toEqual(await params.weight.data())
    expect(await (loaded.bias as Tensor).data()).toEqual(await (params.bias as Tensor).data())
  })

  it('lists everything that does not fit', () => {
    expect(() => loadStateDict(params, { weight: zeros([3, 3]), extra: zeros([1]) })).toThrow(
      'loadStateDict: unexpected extra; weight has shape [3, 3], the model needs [1, 2]; missing bias',
    )
  })
})
