import { key, type Tensor, zeros } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { linear } from './layers/linear.ts'
import { loadStateDict, stateDict } from './state-dict.ts'

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
