import { describe, expect, test } from 'vitest'
import {
  customGradient,
  defineOp,
  grad,
  gradcheck,
  type Op,
  type Primitive,
  type Tensor,
  tensor,
} from '../index.ts'
import { f64, irregular } from './autodiff.testing.ts'

/** Which of its rules an op of our own has wrong. */
interface Slips {
  readonly vjp?: (right: Tensor) => Tensor
  readonly jvp?: (right: Tensor) => Tensor
}

/** `x³`, with its rules as given. */
function cube({ vjp = (t) => t, jvp = (t) => t }: Slips = {}): Op<[x: Tensor]> {
  const primitive: Primitive<readonly [Tensor], object> = {
    name: 'cube',
    family: 'unary',
    infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
    vjp: (ct, [x]) => [vjp(ct.mul(x.square()).mul(3))],
    jvp: ([t], [x]) => jvp((t as Tensor).mul(x.square()).mul(3)),
    reference: ([x]) => Float64Array.from(x.data, (v) => v ** 3),
  }
  return defineOp(primitive, (apply) => (x) => apply([x], {}))
}

const at = [f64([0.5, -1.2, 2])]

test('the right rules pass, of first and second order', async () => {
  await expect(gradcheck(cube(), at)).resolves.toBeUndefined()
  await expect(
    gradcheck((x, w) => x.matmul(w).tanh(), [irregular([2, 3]), irregular([3, 2], 1)]),
  ).resolves.toBe(undefined)
})

test('inputs in f32 are lifted to f64, where differences can be trusted', async () => {
  await gradcheck((x) => x.exp().sum(), [tensor([0.1, 0.2])])
})

describe('gradcheck catches', () => {
  test('a wrong reverse rule, and names the input, the element and both numbers', async () => {
    const wrong = cube({ vjp: (right) => right.mul(1.001) })
    await expect(gradcheck((_, x) => wrong(x), [f64(1), f64([[0, 0.5]])])).rejects.toThrow(
      /^gradcheck: the gradient toward input 1 \[1, 2\] at \[0, 1\] is -?0\.\d+ by the rules but -?0\.\d+ by central differences/,
    )
  })

  test('a reverse rule with the wrong sign, or without the cotangent', async () => {
    await expect(gradcheck(cube({ vjp: (right) => right.neg() }), at)).rejects.toThrow(
      'the gradient toward input 0',
    )
    const deaf = customGradient((x: Tensor) => ({ value: x.square(), rule: () => [x.mul(2)] }))
    await expect(gradcheck(deaf, at)).rejects.toThrow('the gradient toward input 0')
  })

  test('a wrong forward rule, though the reverse rule is right', async () => {
    const wrong = cube({ jvp: (right) => right.mul(1.001) })
    await expect(gradcheck(wrong, at)).rejects.toThrow(
      /the gradient in one direction is -?[\d.]+ by the jvp rules but -?[\d.]+ by the vjp rules/,
    )
  })

  test('a wrong second derivative, though the first is right', async () => {
    const detached = customGradient((x: Tensor) => ({
      value: x.pow(3),
      rule: (ct) => [ct.mul(x.detach().square()).mul(3)],
    }))
    await gradcheck(detached, at, { order: 1 })
    await expect(gradcheck(detached, at)).rejects.toThrow('the second derivative toward input 0')
  })

  test('a gradient that goes to the wrong element', async () => {
    const flipped = customGradient((x: Tensor) => ({
      value: x.square(),
      rule: (ct) => [ct.mul(x).mul(2).flip()],
    }))
    await expect(gradcheck(flipped, at)).rejects.toThrow('at [0]')
  })

  test('a gradient of another shape or dtype, as every transform does', async () => {
    const flat = cube({ vjp: (right) => right.reshape(-1) })
    const message =
      'cube: its gradient rule gave f64 [1] for an input of f64 [1, 1]; a gradient has the shape and dtype'
    await expect(gradcheck(flat, [f64([[2]])])).rejects.toThrow(message)
    expect(() => grad(flat)(f64([[2]]))).toThrow('grad: needs a scalar loss')
    expect(() => grad((x: Tensor) => flat(x).sum())(f64([[2]]))).toThrow(message)
    const narrow = cube({ vjp: (right) => right.cast('f32') })
    await expect(gradcheck(narrow, at)).rejects.toThrow('gave f32 [3] for an input of f64 [3]')
  })

  test('a gradient that is not a number', async () => {
    const broken = customGradient((x: Tensor) => ({
      value: x.square(),
      rule: (ct) => [ct.div(0).sub(ct.div(0))],
    }))
    await expect(gradcheck(broken, at)).rejects.toThrow('is NaN by the rules')
  })

  test('a gradient of 0 where there is one', async () => {
    await expect(gradcheck((x) => x.mul(2).detach(), at)).rejects.toThrow('is 0 by the rules but')
  })
})

test('the tolerances decide what is caught', async () => {
  const slightlyOff = cube({ vjp: (right) => right.mul(1 + 1e-4), jvp: (right) => right.mul(1 + 1e-4) })
  await expect(gradcheck(slightlyOff, at)).rejects.toThrow('1e-7 + 0.000001 relative')
  await gradcheck(slightlyOff, at, { rtol: 1e-2 })
  await gradcheck(slightlyOff, at, { rtol: 0, atol: 1 })
})

test('functions of tensors without elements pass', async () => {
  await gradcheck((x) => x.exp(), [tensor([], { dtype: 'f64' })])
})

test('what cannot be checked is refused', async () => {
  await expect(gradcheck((x) => x, [tensor([1], { dtype: 'i32' })])).rejects.toThrow(
    'gradcheck: inputs must be f32 or f64, got i32; close over the others',
  )
  await expect(gradcheck((x) => x.argmax({ axis: 0 }), at)).rejects.toThrow(
    'gradcheck: the function must return one floating-point tensor',
  )
  await expect(gradcheck(() => f64(1), [])).rejects.toThrow('needs at least one input')
})
