import { expect, test } from 'vitest'
import { grad, matmul, mul, type Primitive, Tensor, tensor, where } from '../index.ts'
import { conv } from '../ops/conv.ts'
import { applyPrimitive } from '../ops/define.ts'
import { concat } from '../ops/slice.ts'

const asked: (readonly boolean[] | undefined)[] = []

/** `a + 2b`, whose rule writes down what it is asked for, and gives both cotangents all the same. */
const probe: Primitive<readonly [Tensor, Tensor], object> = {
  name: 'probe',
  family: 'binary',
  infer: ([a]) => ({ shape: a.shape, dtype: a.dtype }),
  vjp: (ct, _, __, ___, wanted) => {
    asked.push(wanted)
    return [ct, mul(ct, 2)]
  },
  jvp: ([t], [a]) => t ?? a,
  reference: ([a, b]) => a.data.map((x, i) => x + 2 * (b.data[i] ?? 0)),
}
const probed = (a: Tensor, b: Tensor): Tensor => applyPrimitive(probe, [a, b], {})

test('a rule is told which inputs lead to what is differentiated for', async () => {
  const [x, c] = [tensor([1, 2]), tensor([3, 4])]
  asked.length = 0
  const slopes = [
    grad((t: Tensor) => probed(t, c).sum())(x),
    grad((t: Tensor) => probed(c, t.mul(3)).sum())(x),
    grad((t: Tensor) => probed(t, t).sum())(x),
  ]
  expect(asked).toEqual([
    [true, false],
    [false, true],
    [true, true],
  ])
  expect(await Promise.all(slopes.map((slope) => slope.array()))).toEqual([
    [1, 1],
    [6, 6],
    [3, 3],
  ])
})

test('rules of several inputs give what is wanted and save themselves the rest; without being told they give all', () => {
  const [a, b] = [tensor([[1, 2]]), tensor([[3, 4]])]
  const image = tensor([[[1, 2, 3]]])
  const kernel = tensor([[[1, 1]]])
  const line = { stride: [1], padding: [[0, 0]] as const, dilation: [1], inputDilation: [1], groups: 1 }
  const outputs = [
    [mul(a, b), [a, b]],
    [matmul(a, b.transpose()), [a, b.transpose()]],
    [conv(image, kernel, line), [image, kernel]],
    [concat([a, b]), [a, b]],
  ] as const
  for (const [output, inputs] of outputs) {
    const { primitive, attrs } = output.node
    const given = (wanted?: readonly boolean[]): boolean[] =>
      primitive.vjp(output, inputs, attrs, output, wanted).map((part) => part !== null)
    expect(given()).toEqual([true, true])
    expect(given([true, false])).toEqual([true, false])
    expect(given([false, true])).toEqual([false, true])
  }
  const chosen = where(a.gt(1), a, b)
  const { primitive, attrs } = chosen.node
  const parts = primitive.vjp(chosen, [a.gt(1), a, b], attrs, chosen, [false, false, true])
  expect(parts.map((part) => part instanceof Tensor)).toEqual([false, false, true])
})
