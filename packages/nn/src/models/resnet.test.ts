import { key, type Node, type Shape, zeros } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import type { Layer } from '../layer.ts'
import { resnet20 } from './cifar-resnet.ts'
import { resnet18, resnet50 } from './resnet.ts'

/** The output shapes of one kind of node behind the logits of one image, in the order in which they were made. */
function shapesOf(model: Layer<unknown>, image: number, primitive: string): Shape[] {
  const context = { training: false, key: null, buffers: model.buffers?.() ?? {} }
  const seen = new Set<Node>()
  const visit = (node: Node): void => {
    if (seen.has(node)) return
    seen.add(node)
    node.inputs.forEach(visit)
  }
  visit(model.apply(model.init(key(0)), zeros([1, 3, image, image]), context).node)
  const found = [...seen].filter((node) => node.primitive.name === primitive)
  return found.sort((a, b) => a.id - b.id).map(({ shape }) => shape)
}

const square = (channels: number, size: number): Shape => [1, channels, size, size]

describe('resnets', () => {
  it('of basic blocks have the sizes of He et al., table 1: 112, 56, 28, 14, 7', () => {
    const expected = [square(64, 112)]
    for (const [s, width] of [64, 128, 256, 512].entries()) {
      const out = square(width, 56 / 2 ** s)
      // Two blocks of two convolutions; the first but in stage 1 has one on its shortcut too.
      expected.push(...Array.from({ length: s === 0 ? 4 : 5 }, () => out))
    }
    expect(shapesOf(resnet18(), 224, 'conv')).toEqual(expected)
  })

  it('of bottlenecks stride in the 3×3 convolution', () => {
    const expected = [square(64, 112)]
    for (const [s, depth] of [3, 4, 6, 3].entries())
      for (let b = 0; b < depth; b++) {
        const [width, size] = [64 * 2 ** s, 56 / 2 ** s]
        expected.push(square(width, b === 0 && s > 0 ? 2 * size : size), square(width, size))
        expected.push(square(4 * width, size), ...(b === 0 ? [square(4 * width, size)] : []))
      }
    expect(shapesOf(resnet50(), 224, 'conv')).toEqual(expected)
  })

  it('pool once, in windows of 3 by 3, unless made for small images', () => {
    expect(shapesOf(resnet18(), 224, 'windows')).toEqual([[1, 64, 56, 56, 3, 3]])
    const small = resnet18({ stem: 'cifar' })
    expect(shapesOf(small, 32, 'windows')).toEqual([])
    expect(shapesOf(small, 32, 'conv').at(0)).toEqual(square(64, 32))
    expect(shapesOf(small, 32, 'conv').at(-1)).toEqual(square(512, 4))
  })

  it('for CIFAR halve the image twice: 32, 16, 8', () => {
    const convolutions = shapesOf(resnet20(), 32, 'conv')
    expect(convolutions).toEqual([
      ...Array.from({ length: 7 }, () => square(16, 32)),
      ...Array.from({ length: 6 }, () => square(32, 16)),
      ...Array.from({ length: 6 }, () => square(64, 8)),
    ])
  })
})
