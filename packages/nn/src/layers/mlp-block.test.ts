import { key, tensor, treeLeaves } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { expectValues, gradcheckLayer, numbers, still } from '../testing/layers.testing.ts'
import { mlpBlock } from './mlp-block.ts'

describe('mlpBlock', () => {
  it('is two linear layers with an activation between', async () => {
    const params = {
      fc1: { weight: tensor([[1], [-1]]), bias: tensor([0, 1]) },
      fc2: { weight: tensor([[2, 3]]), bias: tensor([0.5]) },
    }
    const y = mlpBlock(1, 2, { activation: 'relu' }).apply(params, tensor([[2], [-4]]), still)
    await expectValues(y, [2, 1], [4.5, 15.5], 6)
  })

  it('names its parameters as timm does', () => {
    const leaves = treeLeaves(mlpBlock(2, 8).init(key(0)))
    expect(leaves.map(({ path, tensor: { shape } }) => `${path} [${shape.join(', ')}]`)).toEqual([
      'fc1.weight [8, 2]',
      'fc1.bias [8]',
      'fc2.weight [2, 8]',
      'fc2.bias [2]',
    ])
  })

  it('has the right gradients, dropout included', async () => {
    const context = { training: true, key: key(2) }
    await gradcheckLayer(mlpBlock(2, 3, { dropout: 0.3 }), numbers(1, [2, 2]), context, { order: 1 })
  })
})
