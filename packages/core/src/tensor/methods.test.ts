import { inspect } from 'node:util'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { memoryStats } from '../graph/storage.ts'
import { Tensor } from '../graph/tensor.ts'
import { primitives } from '../ops/table.ts'
import { tensor } from './create.ts'
import { zeros } from './fill.ts'
import './methods.ts'

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
])

describe('methods', () => {
  it('read like the formulas they stand for', async () => {
    expect(await x.add(1).mul(x).sub(2).div(2).array()).toEqual([
      [0, 2, 5],
      [9, 14, 20],
    ])
    expect(await x.sum({ axis: 1, keepDims: true }).array()).toEqual([[6], [15]])
    expect(await x.var({ axis: 0 }).array()).toEqual([4.5, 4.5, 4.5])
    expect(await x.matmul(x.transpose()).at(0, 1).item()).toBe(32)
    expect(await x.gt(2).logicalAnd(x.lt(5)).any({ axis: 1 }).array()).toEqual([true, true])
    expect((await x.topk(2).values.data()).constructor).toBe(Float32Array)
  })

  it('take shapes as numbers or as an array', () => {
    expect(x.reshape(3, 2).shape).toEqual([3, 2])
    expect(x.reshape([3, -1]).shape).toEqual([3, 2])
    expect(x.permute(1, 0).shape).toEqual([3, 2])
    expect(x.permute([-1, 0]).shape).toEqual([3, 2])
    expect(x.expand(4, -1, 3).shape).toEqual([4, 2, 3])
    expect(x.tile(2).shape).toEqual([2, 6])
    expect(tensor([5]).reshape().shape).toEqual([])
  })

  it('are not enumerable, so that a tensor looks like its fields', () => {
    const keys = []
    for (const key in x) keys.push(key)
    expect(keys.toSorted()).toEqual(['grad', 'node'])
  })

  it('exist for every elementwise primitive and reduction of the table', () => {
    const names: Readonly<Record<string, string>> = { and: 'logicalAnd', or: 'logicalOr', not: 'logicalNot' }
    for (const { name, family } of primitives) {
      if (!['unary', 'binary', 'reduction', 'scan'].includes(family)) continue
      expect(typeof Reflect.get(Tensor.prototype, names[name] ?? name), name).toBe('function')
    }
  })

  it('have types that say what they give', () => {
    expectTypeOf(x.split).returns.toEqualTypeOf<Tensor[]>()
    expectTypeOf(x.item).returns.toEqualTypeOf<Promise<number>>()
    // @ts-expect-error: a kernel size is needed
    expect(() => x.maxPool2d({})).toThrow('maxPool2d')
  })
})

describe('reading', () => {
  it('gives typed arrays, nested arrays and numbers, later or at once', async () => {
    expect(await x.data()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6))
    expect(x.dataSync()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6))
    expect(await x.eq(2).array()).toEqual([
      [false, true, false],
      [false, false, false],
    ])
    expect(x.max().itemSync()).toBe(6)
  })

  it('what is read belongs to the caller', async () => {
    const values = await x.data()
    values[0] = 100
    expect((await x.data())[0]).toBe(1)
  })

  it('item refuses more than one element', async () => {
    await expect(x.item()).rejects.toThrow('item: needs a tensor of one element, got [2, 3]')
  })

  it('realize computes the value and gives the tensor', async () => {
    const y = x.mul(2)
    expect(y.node.storage).toBeNull()
    expect(await y.realize()).toBe(y)
    expect(y.node.storage).not.toBeNull()
  })

  it('detach and stopGradient keep the value', async () => {
    const y = await x.square().realize()
    expect(y.detach().node.inputs).toEqual([])
    expect(await y.stopGradient().sum().item()).toBe(91)
    expect(y.cast('i32').dtype).toBe('i32')
  })

  it('dispose gives the memory back, and so does the end of a using block', () => {
    const before = memoryStats().bytes
    const y = zeros([8]).add(1)
    y.dataSync()
    expect(memoryStats().bytes).toBe(before + 32)
    y.dispose()
    expect(memoryStats().bytes).toBe(before)
    {
      using z = tensor([1, 2])
      expect(z.size).toBe(2)
    }
    expect(memoryStats().bytes).toBe(before)
  })
})

describe('as text', () => {
  const y = x.mul(2).sum()

  it('says dtype, shape and how the value comes about, and computes nothing', () => {
    expect(String(y)).toBe('Tensor f32 []: sum(mul(input f32 [2, 3], 2))')
    expect(`${x}`).toMatch(/^Tensor f32 \[2, 3\]/)
    expect(inspect({ y })).toContain('Tensor f32 []: sum(')
    expect(y.node.storage).toBeNull()
  })

  it('arithmetic with operators is an error, not NaN', () => {
    // @ts-expect-error: tensors are no numbers
    expect(() => x * 2).toThrow('stands where a number is expected; calculate with .add(), .mul()')
    expect(() => Number(x)).toThrow('or read it with await .item()')
  })
})
