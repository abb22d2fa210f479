import { compileStats, key, type Tensor, tensor, zeros } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LargestEigenvalueOptions, largestEigenvalue } from './largest-eigenvalue.ts'
import { network, networkHessian, networkLoss } from './network.testing.ts'
import { halves, jacobiEigenvalues, quadratic, withSpectrum } from './symmetric.testing.ts'

/** Symmetric matrices with the given eigenvalues and up to `most` others within ±`rest`, and a place to be at. */
function forms(ends: readonly number[], most: number, rest: number) {
  const vector = <T>(element: fc.Arbitrary<T>, length: number): fc.Arbitrary<T[]> =>
    fc.array(element, { minLength: length, maxLength: length })
  return fc.nat(most).chain((others) => {
    const n = ends.length + others
    const inner = vector(fc.double({ min: -rest, max: rest, noNaN: true }), others)
    const normals = fc.array(vector(fc.integer({ min: -5, max: 5 }), n), { minLength: 1, maxLength: 3 })
    return fc.record({
      matrix: fc
        .tuple(inner, normals)
        .map(([values, mirrors]) => withSpectrum([...ends, ...values], mirrors)),
      at: vector(fc.double({ min: -3, max: 3, noNaN: true }), n),
      seed: fc.maxSafeNat(),
    })
  })
}

const tolerance = 1e-5

describe('largestEigenvalue', () => {
  it.each<[title: string, ends: number[], others: number, rest: number, negative: boolean | null]>([
    ['it dominates', [3, -1], 4, 2, false],
    ['a negative one dominates', [2, -3], 4, 1, true],
    ['all are negative', [-1, -3], 0, 0, true],
    ['its opposite is an eigenvalue too', [3, -3], 4, 2, false],
    ['its opposite nearly is', [3, -2.999], 4, 2, false],
    ['its opposite is just beyond', [2.999, -3], 4, 2, null],
    ['it is 0', [0, -2], 0, 0, true],
  ])('is found where %s', async (_, ends, others, rest, negative) => {
    await fc.assert(
      fc.asyncProperty(forms(ends, others, rest), async ({ matrix, at, seed }) => {
        const options = { key: key(seed), iterations: 1000, tolerance }
        const found = await largestEigenvalue(quadratic(matrix), halves(at), options)
        const eigenvalues = jacobiEigenvalues(matrix)
        const largest = eigenvalues.at(-1) ?? Number.NaN
        const magnitude = Math.max(largest, -(eigenvalues[0] ?? Number.NaN))
        expect(found.converged).toBe(true)
        expect(found.residual).toBeLessThanOrEqual(tolerance * magnitude)
        expect(Math.abs(found.value - largest)).toBeLessThan(2 * tolerance * magnitude)
        expect(found.radius).toBeLessThan(magnitude * (1 + 1e-9))
        if (negative !== null) expect(found.negativeDominates).toBe(negative)
      }),
      { numRuns: 6 },
    )
  })

  it('is that of the dense Hessian of a network, and its vector an eigenvector', async () => {
    const dense = await networkHessian()
    const options = { key: key(1), iterations: 1000, tolerance: 1e-8 }
    const found = await largestEigenvalue(networkLoss, network, options)
    expect(found.value).toBeCloseTo(jacobiEigenvalues(dense).at(-1) ?? Number.NaN, 7)
    const { hidden, out } = found.vector
    const parts = await Promise.all([hidden.weight.data(), hidden.bias.data(), out.data()])
    const v = parts.flatMap((part) => [...part])
    expect(Math.hypot(...v)).toBeCloseTo(1, 12)
    for (let i = 0; i < dense.n; i++) {
      const row = dense.data.subarray(i * dense.n, (i + 1) * dense.n)
      const product = row.reduce((sum, entry, j) => sum + entry * (v[j] ?? 0), 0)
      expect(product).toBeCloseTo(found.value * (v[i] ?? Number.NaN), 6)
    }
  })

  it('scales with the loss, and changes its sign with it to the least eigenvalue', async () => {
    const eigenvalues = jacobiEigenvalues(await networkHessian())
    const options = { key: key(2), iterations: 1000, tolerance: 1e-7 }
    const at = async (factor: number) =>
      (await largestEigenvalue((p: typeof network) => networkLoss(p).mul(factor), network, options)).value
    expect(await at(10)).toBeCloseTo(10 * (eigenvalues.at(-1) ?? Number.NaN), 4)
    expect(await at(-1)).toBeCloseTo(-(eigenvalues[0] ?? Number.NaN), 5)
  })

  it('is 0 for a linear loss', async () => {
    const found = await largestEigenvalue((x: Tensor) => x.sum(), tensor([1, 2]), { key: key(0) })
    expect(found).toMatchObject({ value: 0, residual: 0, converged: true, iterations: 1 })
  })

  it('works in f32 and in trees of both floats', async () => {
    const params = { a: tensor([1, 2]), b: tensor([3], { dtype: 'f64' }) }
    const loss = ({ a, b }: typeof params): Tensor =>
      a.square().sum().cast('f64').add(b.square().sum().mul(4))
    const found = await largestEigenvalue(loss, params, { key: key(0), tolerance: 1e-3 })
    expect(found.value).toBeCloseTo(8, 3)
    const single = (x: Tensor): Tensor =>
      x
        .square()
        .mul(tensor([1, 3]))
        .sum()
    const inSingle = await largestEigenvalue(single, tensor([1, 2]), { key: key(0), tolerance: 1e-3 })
    expect(inSingle).toMatchObject({ converged: true })
    expect(inSingle.value).toBeCloseTo(6, 3)
  })

  it('compiles its plan once, whatever the number of iterations', async () => {
    const run = (iterations: number) =>
      largestEigenvalue(networkLoss, network, { key: key(3), iterations, tolerance: 1e-12 })
    await run(2)
    const before = compileStats().compiled
    const { iterations, converged } = await run(40)
    expect({ iterations, converged }).toEqual({ iterations: 40, converged: false })
    expect(compileStats().compiled).toBe(before)
  })

  it('is the same for the same key, and leaves the parameters as they were', async () => {
    const before = await network.hidden.weight.data()
    const run = (seed: number) => largestEigenvalue(networkLoss, network, { key: key(seed), iterations: 5 })
    const [one, again, other] = [await run(4), await run(4), await run(5)]
    expect(again.value).toBe(one.value)
    expect(other.value).not.toBe(one.value)
    expect(await network.hidden.weight.data()).toEqual(before)
  })

  it.each<[Partial<LargestEigenvalueOptions>, string]>([
    [{ iterations: 0 }, 'iterations is 0, must be a whole number from 1'],
    [{ tolerance: 0 }, 'tolerance is 0, must be above 0 and below 1'],
    [{ tolerance: Number.NaN }, 'tolerance is NaN'],
  ])('refuses %j', async (options, message) => {
    const run = largestEigenvalue((x: Tensor) => x.sum(), tensor([1]), { key: key(0), ...options })
    await expect(run).rejects.toThrow(message)
  })

  it('refuses parameters that have no derivatives, and a loss that is not finite', async () => {
    const options = { key: key(0) }
    const loss = ({ x }: { x: Tensor }): Tensor => x.cast('f32').log().sum()
    await expect(largestEigenvalue(loss, { x: tensor([1], { dtype: 'i32' }) }, options)).rejects.toThrow(
      "largestEigenvalue: 'x' is i32: derivatives need f32 or f64",
    )
    await expect(largestEigenvalue(loss, { x: zeros([0]) }, options)).rejects.toThrow('has no elements')
    await expect(largestEigenvalue(loss, { x: zeros([2]) }, options)).rejects.toThrow(
      /product .* is (NaN|-?Inf)/,
    )
  })
})
