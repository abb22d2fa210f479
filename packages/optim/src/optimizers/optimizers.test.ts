import { compileStats, mapTree, realize, type Tensor, tensor, treeLeaves } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Optimizer } from '../optimizer.ts'
import { byKind } from '../per-tensor-tree.ts'
import { adagrad } from './adagrad.ts'
import { adam } from './adam.ts'
import { adamW } from './adamw.ts'
import { lamb } from './lamb.ts'
import { lars } from './lars.ts'
import { rmsprop } from './rmsprop.ts'
import { sgd } from './sgd.ts'
import { adamWTranscription, sgdTranscription, type Transcription } from './transcriptions.testing.ts'

const number = fc.double({ min: -3, max: 3, noNaN: true })
const size = 4
const vector = fc.array(number, { minLength: size, maxLength: size })
const run = fc.record({ w: vector, gradients: fc.array(vector, { minLength: 12, maxLength: 12 }) })

/** The parameters after each step, split over a tree of two tensors to see that each is treated by itself. */
async function trace(optimizer: Optimizer, w: readonly number[], gradients: readonly (readonly number[])[]) {
  const f64 = (values: readonly number[]): Tensor => tensor(values, { dtype: 'f64' })
  const tree = (values: readonly number[]) => ({ a: f64(values.slice(0, 1)), b: [f64(values.slice(1))] })
  let params = tree(w)
  let state = optimizer.init(params)
  const steps: number[][] = []
  for (const g of gradients) {
    ;({ params, state } = optimizer.update(params, tree(g), state))
    await realize(params.a, params.b[0]!)
    steps.push([...(await params.a.data()), ...(await params.b[0]!.data())])
  }
  return steps
}

async function expectAgreement(
  optimizer: Optimizer,
  transcription: Transcription,
  { w, gradients }: { w: readonly number[]; gradients: readonly (readonly number[])[] },
) {
  const expected = transcription(w, gradients)
  const actual = await trace(optimizer, w, gradients)
  actual.forEach((values, step) => {
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[step]![i]!, 10)
  })
}

const lrs = fc.constantFrom(
  (_: number) => 0.1,
  (step: number) => 0.3 / (1 + step),
  (step: number) => (step < 3 ? 0 : 0.01),
)

describe('sgd', () => {
  it('agrees with PyTorch’s rule for momentum, dampening, decay, Nesterov and changing rates', async () => {
    const options = fc
      .record({
        lr: lrs,
        momentum: fc.constantFrom(0, 0.5, 0.9),
        dampening: fc.constantFrom(0, 0.3),
        weightDecay: fc.constantFrom(0, 0.1),
        nesterov: fc.boolean(),
      })
      .map((o) => (o.nesterov && (o.momentum === 0 || o.dampening !== 0) ? { ...o, nesterov: false } : o))
    await fc.assert(
      fc.asyncProperty(options, run, (o, r) => expectAgreement(sgd(o), sgdTranscription(o), r)),
      { numRuns: 30 },
    )
  })

  it('refuses options that mean nothing, naming the option and the range', () => {
    expect(() => sgd({ lr: -1 })).toThrow('sgd: lr must be at least 0, got -1')
    expect(() => sgd({ lr: Number.NaN })).toThrow('sgd: lr must be at least 0, got NaN')
    expect(() => sgd({ lr: 1, momentum: 1 })).toThrow('sgd: momentum must be in [0, 1), got 1')
    expect(() => sgd({ lr: 1, nesterov: true })).toThrow('nesterov needs momentum above 0')
  })
})

describe('adamW', () => {
  it('agrees with PyTorch’s rule, bias correction included', async () => {
    const options = fc.record({
      lr: lrs,
      betas: fc.constantFrom<readonly [number, number]>([0.9, 0.999], [0, 0.9], [0.5, 0.5]),
      eps: fc.constantFrom(1e-8, 1e-3),
      weightDecay: fc.constantFrom(0, 0.01, 0.5),
    })
    await fc.assert(
      fc.asyncProperty(options, run, (o, r) => expectAgreement(adamW(o), adamWTranscription(o), r)),
      { numRuns: 30 },
    )
  })

  it('moves a constant gradient by lr a step, whatever its size', async () => {
    const [first = [], second = []] = await trace(
      adamW({ lr: 0.1, weightDecay: 0, eps: 0 }),
      [1, 1, 1, 1],
      [
        [5, 1e-3, -2, 7],
        [5, 1e-3, -2, 7],
      ],
    )
    expect(first.map((v) => Math.round(v * 1e9) / 1e9)).toEqual([0.9, 0.9, 1.1, 0.9])
    expect(second.map((v) => Math.round(v * 1e9) / 1e9)).toEqual([0.8, 0.8, 1.2, 0.8])
  })
})

describe('rmsprop', () => {
  it('centred, stays finite on a gradient that never changes, where rounding makes the variance negative', async () => {
    const gradients = Array(80).fill([0.1, 0.7, 1.3, -0.1])
    const steps = await trace(
      rmsprop({ lr: 0.1, alpha: 0.5, centered: true, eps: 1e-3 }),
      [1, 1, 1, 1],
      gradients,
    )
    expect(steps.flat().every(Number.isFinite)).toBe(true)
  })
})

describe('lars and lamb', () => {
  it('are SGD and Adam with decay in the direction where nothing is adapted', async () => {
    await fc.assert(
      fc.asyncProperty(run, async ({ w, gradients }) => {
        const decayed = { lr: 0.1, weightDecay: 0.1 }
        const [a, b] = [lars({ ...decayed, momentum: 0.9, adapt: false }), sgd({ ...decayed, momentum: 0.9 })]
        expect(await trace(a, w, gradients)).toEqual(await trace(b, w, gradients))
        const [c, d] = [lamb({ lr: 0.1, weightDecay: 0, eps: 1e-8, adapt: false }), adam({ lr: 0.1 })]
        const [ofLamb, ofAdam] = [await trace(c, w, gradients), await trace(d, w, gradients)]
        for (const [t, values] of ofLamb.entries()) {
          for (const [i, v] of values.entries()) expect(v).toBeCloseTo(ofAdam[t]![i]!, 12)
        }
      }),
      { numRuns: 10 },
    )
  })

  it('move each tensor by a share of its own length, whatever its gradient', async () => {
    await fc.assert(
      fc.asyncProperty(run, async ({ w, gradients }) => {
        const lengthOf = (v: readonly number[]): number => Math.hypot(...v)
        const g = gradients[0]!
        fc.pre(lengthOf(w.slice(1)) > 0.01 && lengthOf(g.slice(1)) > 0.01)
        const moves = [
          { optimizer: lars({ lr: 1, trust: 0.02, eps: 0, adapt: 'all' }), share: 0.02 },
          { optimizer: lamb({ lr: 0.02 }), share: 0.02 },
        ]
        for (const { optimizer, share } of moves) {
          const [next = []] = await trace(optimizer, w, [g])
          const moved = next.slice(1).map((v, i) => v - w[i + 1]!)
          expect(lengthOf(moved) / lengthOf(w.slice(1))).toBeCloseTo(share, 10)
        }
      }),
      { numRuns: 10 },
    )
  })

  it('keep a weight norm in range (phi), and lars the learning rate inside its momentum', async () => {
    const [capped = []] = await trace(
      lamb({ lr: 1, weightDecay: 0, normRange: [0, 0.5] }),
      [3, 3, 4, 0],
      [[1, 1, 1, 1]],
    )
    expect(Math.hypot(...capped.slice(1).map((v, i) => v - [3, 4, 0][i]!))).toBeCloseTo(0.5, 12)
    const lr = (step: number): number => (step === 0 ? 1 : 0)
    const gradient = [1, 1, 1, 1]
    const inside = await trace(
      lars({ lr, momentum: 0.5, lrIn: 'inside' }),
      [0, 0, 0, 0],
      [gradient, gradient],
    )
    const outside = await trace(lars({ lr, momentum: 0.5 }), [0, 0, 0, 0], [gradient, gradient])
    expect(inside[1]).toEqual([-1.5, -1.5, -1.5, -1.5])
    expect(outside[1]).toEqual([-1, -1, -1, -1])
  })

  it('take a tensor of zeros, or one without gradient, with the ratio 1', async () => {
    for (const make of [() => lars({ lr: 0.1, adapt: 'all' }), () => lamb({ lr: 0.1, weightDecay: 0 })]) {
      const [fromZero = []] = await trace(make(), [0, 0, 0, 0], [[1, 1, 1, 1]])
      for (const v of fromZero) expect(v).toBeCloseTo(-0.1, 6)
      expect(await trace(make(), [1, 1, 1, 1], [[0, 0, 0, 0]])).toEqual([[1, 1, 1, 1]])
    }
  })
})

describe('options per parameter', () => {
  const gradient = [1, 1, 1, 1]

  it('decay by a tree, or by what parameters are for', async () => {
    const kinds = { a: 'bias', b: ['weight'] }
    for (const weightDecay of [{ a: 0, b: [0.5] }, byKind(kinds, { weight: 0.5 }, 0)]) {
      const [next] = await trace(sgd({ lr: 1, weightDecay }), [1, 1, 1, 1], [gradient])
      expect(next).toEqual([0, -0.5, -0.5, -0.5])
    }
  })

  it('scale the learning rate of a branch, and of nothing else', async () => {
    const makes = [
      (lrScale: { a: number; b: number }) => sgd({ lr: 0.1, lrScale, momentum: 0.9 }),
      (lrScale: { a: number; b: number }) => adamW({ lr: 0.1, lrScale }),
      (lrScale: { a: number; b: number }) => adam({ lr: 0.1, lrScale }),
      (lrScale: { a: number; b: number }) => rmsprop({ lr: 0.1, lrScale }),
      (lrScale: { a: number; b: number }) => adagrad({ lr: 0.1, lrScale }),
      (lrScale: { a: number; b: number }) => lars({ lr: 0.1, lrScale }),
      (lrScale: { a: number; b: number }) => lamb({ lr: 0.1, lrScale }),
    ]
    for (const make of makes) {
      const [frozen = [], whole = []] = [
        (await trace(make({ a: 1, b: 0 }), [2, 2, 2, 2], [gradient, gradient])).at(-1),
        (await trace(make({ a: 1, b: 1 }), [2, 2, 2, 2], [gradient, gradient])).at(-1),
      ]
      expect(frozen.slice(1)).toEqual([2, 2, 2])
      expect(frozen[0]).toBe(whole[0])
      expect(whole[1]).not.toBe(2)
    }
  })

  it('say which parameter a tree leaves out or invents, and which value is out of range', () => {
    const params = { a: tensor(1), b: [tensor([1])] }
    expect(() => sgd({ lr: 1, weightDecay: { a: 1 } }).init(params)).toThrow(
      "sgd: weightDecay has no value for the parameter 'b.0'",
    )
    expect(() => sgd({ lr: 1, weightDecay: { a: 1, b: 0, c: 0 } }).init(params)).toThrow(
      "sgd: weightDecay names 'c', which is no parameter",
    )
    expect(() => adamW({ weightDecay: { a: -1 } })).toThrow(
      "adamw: weightDecay at 'a' must be at least 0, got -1",
    )
  })

  it('make no new plan where hyper-parameters that differ by parameter coincide at some steps', async () => {
    const optimizer = adamW({
      lr: (step) => (step % 2 === 0 ? 0 : 0.1),
      weightDecay: { a: 0, b: 0.5 },
      lrScale: { a: 1, b: 2 },
    })
    let params = { a: tensor([1]), b: tensor([2]) }
    let state = optimizer.init(params)
    const compiled: number[] = []
    for (let t = 0; t < 6; t++) {
      const next = optimizer.update(params, { a: tensor([1]), b: tensor([1]) }, state)
      await realize(...treeLeaves(next).map((leaf) => leaf.tensor))
      ;({ params, state } = mapTree(next, (x) => x.detach()))
      compiled.push(compileStats().compiled)
    }
    expect(new Set(compiled.slice(1)).size).toBe(1)
  })

  it('are null where a parameter is absent', async () => {
    const optimizer = sgd({ lr: 1, weightDecay: byKind({ a: 'weight', b: null }, { weight: 1 }, 0) })
    const params = { a: tensor(1), b: null }
    expect(
      await optimizer.update(params, { a: tensor(0), b: null }, optimizer.init(params)).params.a.item(),
    ).toBe(0)
  })
})

describe('every optimizer', () => {
  it('says which trees differ when the gradients are not like the parameters', () => {
    const optimizer = sgd({ lr: 0.1 })
    const params: { readonly a: Tensor; readonly b?: Tensor } = { a: tensor(1), b: tensor(2) }
    expect(() => optimizer.update(params, { a: tensor(1) }, optimizer.init(params))).toThrow(
      'sgd: the gradients have 1 tensors (a), the parameters 2 (a, b); they must be the same tree',
    )
  })
})
