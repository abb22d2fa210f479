import { key, treeLeaves, zeros } from '@samkit/core'
import { describe, expect, it } from 'vitest'
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
