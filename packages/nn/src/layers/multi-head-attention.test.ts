import { key, type Tensor, tensor, treeLeaves, zeros } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { module } from '../module.ts'
import {
  expectValues,
  gradcheckLayer,
  irregular,
  numbers,
  still,
  valuesOf,
} from '../testing/layers.testing.ts'
import { scaledDotProductAttention } from './attention.ts'
import { type MultiHeadAttentionParams, multiHeadAttention } from './multi-head-attention.ts'

/** Attention of one example, head by head and query by query. `open(q, k)` tells which keys a query may see. */
async function byLoops(
  { qkv, proj }: MultiHeadAttentionParams,
  x: Tensor,
  heads: number,
  open: (query: number, key: number) => boolean,
): Promise<number[]> {
  const [tokens = 0, dim = 0] = x.shape
  const d = dim / heads
  const affine = async (
    input: readonly number[],
    layer: MultiHeadAttentionParams['qkv'],
  ): Promise<number[]> => {
    const [w, b] = [await valuesOf(layer.weight), await valuesOf(layer.bias as Tensor)]
    return b.map((start, o) => input.reduce((sum, v, i) => sum + v * w[o * input.length + i]!, start))
  }
  const xs = await valuesOf(x)
  const rows = await Promise.all(
    Array.from({ length: tokens }, (_, t) => affine(xs.slice(t * dim, (t + 1) * dim), qkv)),
  )
  const out: number[] = []
  for (let q = 0; q < tokens; q++) {
    const mixed: number[] = []
    for (let h = 0; h < heads; h++) {
      const part = (token: number, which: number): number[] =>
        rows[token]!.slice(which * dim + h * d, which * dim + (h + 1) * d)
      const scores = rows.map((_, k) => {
        const dot = part(k, 1).reduce((sum, v, i) => sum + v * part(q, 0)[i]!, 0)
        return open(q, k) ? Math.exp(dot / Math.sqrt(d)) : 0
      })
      const total = scores.reduce((a, b) => a + b, 0)
      for (let i = 0; i < d; i++)
        mixed.push(scores.reduce((sum, s, k) => sum + (total === 0 ? 0 : s / total) * part(k, 2)[i]!, 0))
    }
    out.push(...(await affine(mixed, proj)))
  }
  return out
}

describe('multiHeadAttention', () => {
  const layer = multiHeadAttention(6, 2)
  const params = irregular(layer)
  const x = numbers(1, [2, 3, 6])
  const expected = async (open: (q: number, k: number) => boolean): Promise<number[]> =>
    (await Promise.all([0, 1].map((n) => byLoops(params, x.at(n), 2, open)))).flat()

  it('follows the loops over heads, queries and keys', async () => {
    await expectValues(layer.apply(params, x, still), [2, 3, 6], await expected(() => true))
  })

  it('when causal, looks back only', async () => {
    const causal = multiHeadAttention(6, 2, { causal: true })
    await expectValues(causal.apply(params, x, still), [2, 3, 6], await expected((q, k) => k <= q))
  })

  it('looks where a bool mask allows; a query that may look nowhere mixes nothing', async () => {
    const mask = tensor([
      [true, false, true],
      [false, false, false],
      [true, true, false],
    ])
    const rows = await mask.array()
    const open = (q: number, k: number): boolean => (rows as boolean[][])[q]![k]!
    await expectValues(layer.apply(params, x, still, mask), [2, 3, 6], await expected(open))
  })

  it('adds a float mask to the scores: -∞ closes', async () => {
    const closed = tensor([0, Number.NEGATIVE_INFINITY, 0], { dtype: 'f64' })
    await expectValues(layer.apply(params, x, still, closed), [2, 3, 6], await expected((_, k) => k !== 1))
  })

  it('gets its mask through a module', async () => {
    const net = module({ attn: layer }, (l, input, _, mask: Tensor) => l.attn(input, mask))
    const mask = tensor([true, false, true])
    const y = net.apply({ attn: params }, x, still, mask)
    await expectValues(y, [2, 3, 6], await valuesOf(layer.apply(params, x, still, mask)))
  })

  it('names its parameters as timm does', () => {
    const leaves = treeLeaves(layer.init(key(0)))
    expect(leaves.map(({ path, tensor: { shape } }) => `${path} [${shape.join(', ')}]`)).toEqual([
      'qkv.weight [18, 6]',
      'qkv.bias [18]',
      'proj.weight [6, 6]',
      'proj.bias [6]',
    ])
    expect(multiHeadAttention(6, 2, { qkvBias: false }).init(key(0)).qkv.bias).toBeNull()
  })

  it('has the right gradients to second order', async () => {
    await gradcheckLayer(multiHeadAttention(2, 2), numbers(2, [1, 3, 2]))
  })

  it('has the right gradients where a mask closes', async () => {
    const mask = tensor([true, false, true])
    const small = multiHeadAttention(2, 1)
    const masked = module({ attn: small }, (l, input) => l.attn(input, mask))
    await gradcheckLayer(masked, numbers(3, [1, 3, 2]), still, { order: 1 })
  })

  it('drops attention weights and outputs in training, each at its rate', async () => {
    const apply = (
      options: { readonly attentionDropout?: number; readonly dropout?: number },
      seed: number,
    ) => valuesOf(multiHeadAttention(6, 2, options).apply(params, x, { training: true, key: key(seed) }))
    for (const options of [{ attentionDropout: 0.5 }, { dropout: 0.5 }]) {
      expect(await apply(options, 1)).toEqual(await apply(options, 1))
      expect(await apply(options, 1)).not.toEqual(await apply(options, 2))
    }
    const zerosOf = (values: readonly number[]): number => values.filter((v) => v === 0).length
    expect(zerosOf(await apply({ dropout: 0.5 }, 1))).toBeGreaterThan(5)
    expect(zerosOf(await apply({ attentionDropout: 0.5 }, 1))).toBe(0)
  })

  it('refuses heads that do not divide, inputs that are no tokens, and masks of other shapes', () => {
    expect(() => multiHeadAttention(6, 4)).toThrow('4 heads do not divide a width of 6')
    expect(() => layer.apply(params, zeros([3, 6]), still)).toThrow('needs [N, T, 6], got [3, 6]')
    const large = zeros([5, 2, 2, 3, 3])
    expect(() => layer.apply(params, x, still, large)).toThrow(
      'does not broadcast to the scores [2, 2, 3, 3]',
    )
  })
})

describe('scaledDotProductAttention', () => {
  it('takes as many keys as there are, of another number than queries', async () => {
    const y = scaledDotProductAttention(zeros([1, 2]), zeros([4, 2]), tensor([[1], [2], [3], [6]]))
    expect(await y.array()).toEqual([[3]])
  })

  it('names shapes that do not fit', () => {
    expect(() => scaledDotProductAttention(zeros([1, 2]), zeros([4, 3]), zeros([4, 1]))).toThrow(
      'got [1, 2], [4, 3], [4, 1]',
    )
  })
})
