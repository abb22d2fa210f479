import { key, ones, tensor } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { still, valuesOf } from '../testing/layers.testing.ts'
import { dropout, dropPath } from './dropout.ts'

describe('dropout', () => {
  const x = tensor(new Float32Array(10_000).fill(1))

  it('is the identity when not training', () => {
    expect(dropout(0.5).apply({}, x, still)).toBe(x)
  })

  it('zeroes the given share and scales the rest so that the mean stays', async () => {
    const y = await dropout(0.25)
      .apply({}, x, { training: true, key: key(3) })
      .data()
    const dropped = y.filter((v) => v === 0).length
    expect(dropped / y.length).toBeCloseTo(0.25, 1)
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.75)]))
  })

  it('draws the same mask from the same key', async () => {
    const context = { training: true, key: key(3) }
    const draw = () => dropout(0.5).apply({}, x, context)
    expect(await draw().data()).toEqual(await draw().data())
  })

  it('refuses to train without a key, and rates outside [0, 1)', () => {
    expect(() => dropout(0.5).apply({}, x, { training: true, key: null })).toThrow('needs a random key')
    expect(() => dropout(1)).toThrow('the rate must be in [0, 1), got 1')
  })
})

describe('dropPath', () => {
  it('keeps an example whole, scaled, or drops it whole', async () => {
    const y = dropPath(0.2).apply({}, ones([1000, 2, 2]), { training: true, key: key(1) })
    const rows = (await valuesOf(y.reshape(1000, 4).at([0, 1000]))).reduce<number[][]>((all, v, i) => {
      if (i % 4 === 0) all.push([])
      all.at(-1)?.push(v)
      return all
    }, [])
    const kept = rows.filter((row) => row.every((v) => v === 1.25))
    const dropped = rows.filter((row) => row.every((v) => v === 0))
    expect(kept.length + dropped.length).toBe(1000)
    expect(dropped.length / 1000).toBeCloseTo(0.2, 1)
  })

  it('is the identity when not training, and names itself in errors', () => {
    const x = ones([2, 2])
    expect(dropPath(0.5).apply({}, x, still)).toBe(x)
    expect(() => dropPath(-0.1)).toThrow('dropPath: the rate must be in [0, 1), got -0.1')
  })
})
