import { describe, expect, test } from 'vitest'
import {
  checkpoint,
  compileStats,
  customGradient,
  explain,
  explainSteps,
  gather,
  grad,
  stopGradient,
  type Tensor,
  tensor,
  where,
} from '../index.ts'

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
])
const w = tensor([
  [1, 2, 3, 4],
  [5, 6, 7, 8],
  [9, 10, 11, 12],
])

interface Layer {
  readonly x: Tensor
  readonly w: Tensor
}

describe('explain', () => {
  test('prints each primitive forward, then its rule and the shapes that flow back', () => {
    expect(explain(({ x, w }: Layer) => x.matmul(w).tanh().sum(), { x, w })).toMatchInlineSnapshot(`
      "forward
        x   f32 [2, 3]  argument
        w   f32 [3, 4]  argument
        v1  f32 [2, 4]  = matmul(x, w)
        v2  f32 [2, 4]  = tanh(v1)
        v3  f32 []      = sum(v2)

      backward, from ∂v3 = 1
        v3 = sum(v2)
          ∂v2  f32 [2, 4]  = expand(reshape(∂v3, shape [1, 1]), shape [2, 4])
        v2 = tanh(v1)
          ∂v1  f32 [2, 4]  = ∂v2 * (1 - v2 * v2)
        v1 = matmul(x, w)
          ∂x  f32 [2, 3]  = matmul(∂v1, permute(w, order [1, 0]))
          ∂w  f32 [3, 4]  = matmul(permute(x, order [1, 0]), ∂v1)"
    `)
  })

  test('adds up what comes down the sides of a diamond', () => {
    const diamond = (x: Tensor): Tensor => {
      const top = x.exp()
      return top.mul(top.add(x))
    }
    expect(explain(diamond, tensor(1))).toMatchInlineSnapshot(`
      "forward
        x   f32 []  argument
        v1  f32 []  = exp(x)
        v2  f32 []  = add(v1, x)
        v3  f32 []  = mul(v1, v2)

      backward, from ∂v3 = 1
        v3 = mul(v1, v2)
          ∂v1  f32 []  = ∂v3 * v2
          ∂v2  f32 []  = ∂v3 * v1
        v2 = add(v1, x)
          ∂v1  f32 [] += ∂v2
          ∂x   f32 []  = ∂v2
        v1 = exp(x)
          ∂x  f32 [] += ∂v1 * v1"
    `)
  })

  test('explains softmax cross-entropy', () => {
    const crossEntropy = ({ logits, labels }: { logits: Tensor; labels: Tensor }): Tensor => {
      const shifted = logits.sub(stopGradient(logits.max({ axis: 1, keepDims: true })))
      const logProbabilities = shifted.sub(shifted.exp().sum({ axis: 1, keepDims: true }).log())
      return gather(logProbabilities, 1, labels).sum().neg()
    }
    const labels = tensor([[0], [2]], { dtype: 'i32' })
    expect(explain(crossEntropy, { logits: x, labels })).toMatchInlineSnapshot(`
      "forward
        logits  f32 [2, 3]  argument
        labels  i32 [2, 1]  argument
        v1      f32 [2, 1]  = max(logits, axis 1, keepDims)
        v2      f32 [2, 1]  = stopGradient(v1)
        v3      f32 [2, 3]  = sub(logits, v2)
        v4      f32 [2, 3]  = exp(v3)
        v5      f32 [2, 1]  = sum(v4, axis 1, keepDims)
        v6      f32 [2, 1]  = log(v5)
        v7      f32 [2, 3]  = sub(v3, v6)
        v8      f32 [2, 1]  = gather(v7, labels, axis 1)
        v9      f32 []      = sum(v8)
        v10     f32 []      = neg(v9)

      backward, from ∂v10 = 1
        v10 = neg(v9)
          ∂v9  f32 []  = -∂v10
        v9 = sum(v8)
          ∂v8  f32 [2, 1]  = expand(reshape(∂v9, shape [1, 1]), shape [2, 1])
        v8 = gather(v7, labels, axis 1)
          ∂v7  f32 [2, 3]  = scatterAdd(∂v8, labels, axis 1, size 3)
          nothing for labels (i32 has no gradient)
        v7 = sub(v3, v6)
          ∂v3  f32 [2, 3]  = ∂v7
          ∂v6  f32 [2, 1]  = sum(-∂v7, axis 1, keepDims)
        v6 = log(v5)
          ∂v5  f32 [2, 1]  = ∂v6 / v5
        v5 = sum(v4, axis 1, keepDims)
          ∂v4  f32 [2, 3]  = expand(∂v5, shape [2, 3])
        v4 = exp(v3)
          ∂v3  f32 [2, 3] += ∂v4 * v4
        v3 = sub(logits, v2)
          ∂logits  f32 [2, 3]  = ∂v3
          ∂v2      f32 [2, 1]  = sum(-∂v3, axis 1, keepDims)
        v2 = stopGradient(v1)
          nothing for v1 (the rule of stopGradient sends none)
        no gradient for labels: i32 has no gradient"
    `)
  })

  test('gives a name to what a rule uses twice', () => {
    expect(explain((x: Tensor) => x.max({ axis: 0 }), x)).toMatchInlineSnapshot(`
      "forward
        x   f32 [2, 3]  argument
        v1  f32 [3]     = max(x, axis 0)

      backward, from ∂v1, which is given
        v1 = max(x, axis 0)
          t1  f32 [2, 3]  = cast(eq(x, reshape(v1, shape [1, 3])), dtype f32)
          ∂x  f32 [2, 3]  = reshape(∂v1, shape [1, 3]) * (t1 / sum(t1, axis 0, keepDims))"
    `)
  })

  test('sums over the axes that were broadcast', () => {
    expect(explain((a: Tensor, b: Tensor) => a.add(b), x, tensor([1, 2, 3]))).toMatchInlineSnapshot(`
      "forward
        x1  f32 [2, 3]  argument
        x2  f32 [3]     argument
        v1  f32 [2, 3]  = add(x1, x2)

      backward, from ∂v1, which is given
        v1 = add(x1, x2)
          ∂x1  f32 [2, 3]  = ∂v1
          ∂x2  f32 [3]     = sum(∂v1, axis 0)"
    `)
  })

  test('says who gets nothing, and why', () => {
    const scale = tensor([1, 2, 3]).exp()
    const f = ({ x, limit, unused }: { x: Tensor; limit: Tensor; unused: Tensor }): Tensor =>
      where(x.gt(limit), x.mul(scale), stopGradient(x)).add(unused.floor().stopGradient())
    expect(
      explain(f, { x, limit: tensor(2, { dtype: 'i32' }), unused: tensor(0), other: tensor(1) }),
    ).toMatchInlineSnapshot(`
      "forward
        x       f32 [2, 3]   argument
        limit   i32 []       argument
        unused  f32 []       argument
        other   f32 []       argument
        c1      f32 [3]      closed over: exp(input f32 [3])
        v1      f32 []       = cast(limit, dtype f32)
        v2      bool [2, 3]  = lt(v1, x)
        v3      f32 [2, 3]   = mul(x, c1)
        v4      f32 [2, 3]   = stopGradient(x)
        v5      f32 [2, 3]   = where(v2, v3, v4)
        v6      f32 []       = floor(unused)
        v7      f32 []       = stopGradient(v6)
        v8      f32 [2, 3]   = add(v5, v7)

      backward, from ∂v8, which is given
        v8 = add(v5, v7)
          ∂v5  f32 [2, 3]  = ∂v8
          ∂v7  f32 []      = sum(∂v8)
        v7 = stopGradient(v6)
          nothing for v6 (the rule of stopGradient sends none)
        v5 = where(v2, v3, v4)
          ∂v3  f32 [2, 3]  = where(v2, ∂v5, 0)
          ∂v4  f32 [2, 3]  = where(v2, 0, ∂v5)
          nothing for v2 (bool has no gradient)
        v4 = stopGradient(x)
          nothing for x (the rule of stopGradient sends none)
        v3 = mul(x, c1)
          ∂x  f32 [2, 3]  = ∂v3 * c1
          nothing for c1 (not computed from the arguments)
        no gradient for limit: i32 has no gradient
        no gradient for unused: no rule on the way sends one
        no gradient for other: the result does not depend on it"
    `)
  })

  test('explains gradients: second derivatives', () => {
    const slope = grad((x: Tensor) => x.pow(3))
    expect(explain(slope, tensor(2))).toMatchInlineSnapshot(`
      "forward
        x   f32 []  argument
        v1  f32 []  = pow(x, 2)
        v2  f32 []  = mul(3, v1)
        v3  f32 []  = mul(1, v2)

      backward, from ∂v3 = 1
        v3 = mul(1, v2)
          ∂v2  f32 []  = ∂v3 * 1
          nothing for 1 (a constant)
        v2 = mul(3, v1)
          ∂v1  f32 []  = ∂v2 * 3
          nothing for 3 (a constant)
        v1 = pow(x, 2)
          ∂x  f32 []  = ∂v1 * (2 * x)
          nothing for 2 (a constant)"
    `)
  })

  test('shows the rule that a custom gradient really has', () => {
    const doubled = customGradient((x: Tensor) => ({ value: x.square(), rule: (ct) => [ct.mul(x.cos())] }))
    expect(explain((x: Tensor) => doubled(x.neg()), tensor(2))).toMatchInlineSnapshot(`
      "forward
        x   f32 []  argument
        v1  f32 []  = neg(x)
        v2  f32 []  = mul(v1, v1)
        v3  f32 []  = custom(v2, v1)

      backward, from ∂v3 = 1
        v3 = custom(v2, v1)
          ∂v1  f32 []  = ∂v3 * cos(v1)
          nothing for v2 (the custom rule stands in for its own)
        v1 = neg(x)
          ∂x  f32 []  = -∂v1"
    `)
  })

  test('shows what a checkpoint computes again', () => {
    const f = checkpoint((x: Tensor) => x.exp().sin())
    expect(explain(f, tensor(2))).toMatchInlineSnapshot(`
      "forward
        x   f32 []  argument
        v1  f32 []  = exp(x)
        v2  f32 []  = sin(v1)
        v3  f32 []  = custom(v2, x)

      backward, from ∂v3 = 1
        v3 = custom(v2, x)
          t1  f32 []  = exp(barrier(x, ∂v3))
          ∂x  f32 []  = ∂v3 * cos(t1) * t1
          nothing for v2 (the custom rule stands in for its own)"
    `)
  })

  test('takes several arguments, trees and numbers among them', () => {
    const f = (
      layers: readonly { w: Tensor }[],
      input: Tensor,
      power: number,
    ): { out: Tensor; count: Tensor } => ({
      out: layers.reduce((h, { w }) => h.mul(w), input).pow(power),
      count: tensor(3, { dtype: 'i32' }),
    })
    expect(explain(f, [{ w: tensor(2) }, { w: tensor(3) }], tensor(5), 2)).toMatchInlineSnapshot(`
      "forward
        0.w  f32 []  argument
        1.w  f32 []  argument
        x2   f32 []  argument
        v1   f32 []  = mul(x2, 0.w)
        v2   f32 []  = mul(v1, 1.w)
        v3   f32 []  = pow(v2, 2)

      backward, from ∂v3 = 1
        v3 = pow(v2, 2)
          ∂v2  f32 []  = ∂v3 * (2 * v2)
          nothing for 2 (a constant)
        v2 = mul(v1, 1.w)
          ∂v1   f32 []  = ∂v2 * 1.w
          ∂1.w  f32 []  = ∂v2 * v1
        v1 = mul(x2, 0.w)
          ∂x2   f32 []  = ∂v1 * 0.w
          ∂0.w  f32 []  = ∂v1 * x2"
    `)
  })

  test('may be called inside a function that is being differentiated', () => {
    let text = ''
    grad((scale: Tensor) => {
      text = explain((t: Tensor) => t.mul(scale).mul(grad((s: Tensor) => s.square())(t)), tensor(1))
      return scale
    })(tensor(2))
    expect(text).toMatchInlineSnapshot(`
      "forward
        x   f32 []  argument
        c1  f32 []  closed over: identity(input f32 [])
        v1  f32 []  = mul(x, c1)
        v2  f32 []  = mul(1, x)
        v3  f32 []  = mul(1, x)
        v4  f32 []  = add(v2, v3)
        v5  f32 []  = mul(v1, v4)

      backward, from ∂v5 = 1
        v5 = mul(v1, v4)
          ∂v1  f32 []  = ∂v5 * v4
          ∂v4  f32 []  = ∂v5 * v1
        v4 = add(v2, v3)
          ∂v2  f32 []  = ∂v4
          ∂v3  f32 []  = ∂v4
        v3 = mul(1, x)
          ∂x  f32 []  = ∂v3 * 1
          nothing for 1 (a constant)
        v2 = mul(1, x)
          ∂x  f32 [] += ∂v2 * 1
          nothing for 1 (a constant)
        v1 = mul(x, c1)
          ∂x  f32 [] += ∂v1 * c1
          nothing for c1 (not computed from the arguments)"
    `)
  })

  test('computes nothing', () => {
    const before = compileStats()
    explain(({ x, w }: Layer) => x.matmul(w).tanh().sum(), { x, w })
    expect(compileStats()).toEqual(before)
  })

  test('needs a floating-point result', () => {
    expect(() => explain((t: Tensor) => t.argmax({ axis: 0 }), x)).toThrow(
      'explain: the function must return a tensor in f32 or f64',
    )
    expect(() => explain((_: Tensor) => 3, x)).toThrow(
      'explain: the function must return a tensor in f32 or f64',
    )
  })
})

describe('names', () => {
  test('that clash are told apart', () => {
    const { values } = explainSteps(
      (a: { v1: Tensor }, b: { v1: Tensor }) => a.v1.mul(b.v1).exp(),
      { v1: tensor(1) },
      { v1: tensor(2) },
    )
    expect(values.map(({ name }) => name)).toEqual(['v1', 'v1_2', 'v2', 'v3'])
  })
})

describe('explainSteps', () => {
  test('gives the same as data', () => {
    const { values, results, steps, unreached } = explainSteps(
      (x: Tensor, _unused: Tensor) => x.square().sum(),
      x,
      w,
    )
    expect(values.map(({ name, role, formula, shape }) => [name, role, formula, shape])).toEqual([
      ['x1', 'argument', null, [2, 3]],
      ['x2', 'argument', null, [3, 4]],
      ['v1', 'computed', 'mul(x1, x1)', [2, 3]],
      ['v2', 'computed', 'sum(v1)', []],
    ])
    expect(results).toEqual(['v2'])
    expect(steps.map(({ name, op }) => [name, op])).toEqual([
      ['v2', 'sum'],
      ['v1', 'mul'],
    ])
    expect(steps[1]?.gradients).toEqual([
      { toward: 'x1', formula: '∂v1 * x1', reason: null, adds: false, shape: [2, 3], dtype: 'f32' },
      { toward: 'x1', formula: '∂v1 * x1', reason: null, adds: true, shape: [2, 3], dtype: 'f32' },
    ])
    expect(unreached).toEqual([{ name: 'x2', reason: 'the result does not depend on it' }])
  })
})
