import { tensor } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { expectValues, still } from '../testing/layers.testing.ts'
import { type ActivationName, activation, activationNames } from './activation.ts'

/** Each by its textbook formula; Φ by Simpson's rule. */
const formulas: Readonly<Record<ActivationName, (x: number) => number>> = {
  relu: (x) => Math.max(x, 0),
  leakyRelu: (x) => (x > 0 ? x : 0.01 * x),
  elu: (x) => (x > 0 ? x : Math.exp(x) - 1),
  gelu: (x) => x * normalBelow(x),
  geluTanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: (x) => x / (1 + Math.exp(-x)),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: (x) => Math.tanh(x),
  softplus: (x) => Math.log(1 + Math.exp(x)),
  identity: (x) => x,
}

function normalBelow(x: number): number {
  const density = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI)
  const n = 1000
  let total = density(0) + density(x)
  for (let i = 1; i < n; i++) total += (i % 2 === 1 ? 4 : 2) * density((i * x) / n)
  return 0.5 + (total * x) / (3 * n)
}

describe('activation', () => {
  it.each(activationNames)('%s follows its formula', async (name) => {
    const xs = [-3, -1.25, -0.1, 0.3, 1, 2.5]
    const y = activation(name).apply({}, tensor(xs, { dtype: 'f64' }), still)
    await expectValues(y, [6], xs.map(formulas[name]), 11)
  })

  it('may be any function', async () => {
    const y = activation((x) => x.square()).apply({}, tensor([3]), still)
    expect(await y.array()).toEqual([9])
  })

  it('lists the names when it does not know one', () => {
    const name: string = 'mish'
    expect(() => activation(name as ActivationName)).toThrow("there is no 'mish'; there are relu, leakyRelu")
  })
})
