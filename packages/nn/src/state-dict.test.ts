import { key, ones, type Tensor, zeros } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { batchNorm2d } from './layers/batch-norm.ts'
import { linear } from './layers/linear.ts'
import { module } from './module.ts'
import { loadStateDict, stateDict } from './state-dict.ts'

const params = linear(2, 1).init(key(0))

describe('stateDict', () => {
  it('has parameters and, when given, buffers side by side by path', () => {
    const net = module({ fc: linear(2, 1), bn: batchNorm2d(1) }, (l, x) => l.bn(l.fc(x)))
    const dict = stateDict(net.init(key(0)), net.buffers?.() ?? {})
    expect(Object.keys(dict)).toEqual(
      ['fc.weight', 'fc.bias', 'bn.weight', 'bn.bias'].concat(
        ['running_mean', 'running_var', 'num_batches_tracked'].map((name) => `bn.${name}`),
      ),
    )
  })
})

describe('loadStateDict', () => {
  it('is the way back', async () => {
    const other = linear(2, 1).init(key(1))
    const loaded = loadStateDict(other, stateDict(params))
    expect(await loaded.weight.data()).toEqual(await params.weight.data())
    expect(await (loaded.bias as Tensor).data()).toEqual(await (params.bias as Tensor).data())
  })

  it('keeps the model’s dtype and leaves what it was given as it was', async () => {
    const before = await params.weight.data()
    const dict = { weight: ones([1, 2], { dtype: 'f64' }), bias: ones([1], { dtype: 'f64' }) }
    const loaded = loadStateDict(params, dict)
    expect(loaded.weight.dtype).toBe('f32')
    expect(await loaded.weight.array()).toEqual([[1, 1]])
    expect(await params.weight.data()).toEqual(before)
  })

  it('lists everything that does not fit', () => {
    expect(() => loadStateDict(params, { weight: zeros([3, 3]), extra: zeros([1]) })).toThrow(
      'loadStateDict: missing: bias; unexpected: extra; weight has shape [3, 3], the model needs [1, 2]',
    )
  })

  it('names twenty of each and counts the rest', () => {
    const dict = Object.fromEntries(Array.from({ length: 23 }, (_, i) => [`x${i}`, zeros([])]))
    expect(() => loadStateDict({}, dict)).toThrow(/unexpected: x0, .*, x19, and 3 more$/)
  })

  it('is not misled by names that every object has', () => {
    expect(() => loadStateDict({ constructor: zeros([1]) }, {})).toThrow('missing: constructor')
  })

  it('when lenient takes what fits and lists the rest', async () => {
    const dict = { weight: zeros([3, 3]), bias: ones([1]), extra: zeros([1]) }
    const { params: loaded, ...mismatch } = loadStateDict(params, dict, { strict: false })
    expect(mismatch).toEqual({
      missing: [],
      unexpected: ['extra'],
      misshapen: [{ path: 'weight', found: [3, 3], needed: [1, 2] }],
    })
    expect(await loaded.weight.data()).toEqual(await params.weight.data())
    expect(await loaded.bias?.array()).toEqual([1])
  })
})
