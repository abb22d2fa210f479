import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pushforward } from '../autodiff/forward.ts'
import { pullback } from '../autodiff/reverse.ts'
import { type HostArray, isFloat } from '../graph/dtype.ts'
import { sameShape } from '../graph/shape.ts'
import type { Primitive } from '../graph/tensor.ts'
import { dataSync, realizeSync } from '../tensor/value.ts'
import { acceptedDtypes, leafOf, specOf } from './cases/use.ts'
import { hostArray, randomNumbers } from './cases/values.ts'
import { applyPrimitive } from './define.ts'
import { primitives } from './table.ts'
import {
  applied,
  direction,
  dot,
  forwardProjection,
  gradientOf,
  moved,
  reverseProjection,
  slopeOf,
} from './testing/derivatives.testing.ts'
import { entryOf } from './testing/entries.testing.ts'
import { describeCase, runs } from './testing/run.testing.ts'

/** Step of the central differences: their error and that of rounding are then both about 1e-9. */
const step = 2 ** -14

/** Equal up to the error of differences, relative to the size of what is compared. */
function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  const size = Math.max(1, ...Array.from(expected, Math.abs))
  expect(actual.length, what).toBe(expected.length)
  for (let i = 0; i < actual.length; i++) {
    const gap = Math.abs(actual[i]! - expected[i]!)
    if (!(gap <= tolerance * size)) {
      throw new Error(`${what}: element ${i} is ${actual[i]} instead of ${expected[i]}`)
    }
  }
}

/** Whether the primitive can have derivatives: something floating goes in and comes out. */
function differentiable(primitive: Primitive): boolean {
  if (!acceptedDtypes(primitive).includes('f64')) return false
  const [drawn] = fc.sample(entryOf(primitive).cases({ dtype: 'f64', smooth: true }), { numRuns: 1, seed: 1 })
  const { inputs, attrs } = drawn!
  return inputs.some(({ dtype }) => isFloat(dtype)) && isFloat(specOf(primitive, inputs, attrs).dtype)
}

const named = primitives.map((primitive) => ({ name: primitive.name, primitive }))
const smooth = named.filter(({ primitive }) => differentiable(primitive) && !entryOf(primitive).stopsGradient)
const flat = named.filter((row) => !smooth.includes(row))

describe.each(smooth)('$name', ({ primitive }) => {
  const { cases, linear } = entryOf(primitive)
  const drawn = fc.tuple(cases({ dtype: 'f64', smooth: true }), fc.integer())

  /** Runs the check on each case, and names the case that fails. */
  function forEachCase(
    check: (inputs: readonly HostArray[], attrs: object, random: () => number) => void,
  ): void {
    fc.assert(
      fc.property(drawn, ([{ inputs, attrs }, seed]) => {
        try {
          check(inputs, attrs, randomNumbers(seed))
        } catch (error) {
          throw new Error(`in ${describeCase(primitive, inputs, attrs)}`, { cause: error })
        }
      }),
      runs(0.4),
    )
  }

  test('its jvp is the derivative, and its vjp the transpose of it', () => {
    forEachCase((inputs, attrs, random) => {
      const at = applied(primitive, inputs, attrs)
      const { sources, output } = at
      const floats = inputs.filter(({ dtype }) => isFloat(dtype))
      const tangents = floats.map((x) => direction(x, random))
      const ct = direction(output, random)
      const [pushed] = pushforward(sources, tangents.map(leafOf), [output])
      const parts = sources.map((source, i) => pushforward([source], [leafOf(tangents[i]!)], [output])[0]!)
      const pulled = pullback([output], [leafOf(ct)], sources)
      realizeSync(pushed!, ...parts, ...pulled)

      const valueAt = (h: number): ArrayLike<number> => {
        const there = inputs.map((x) => (floats.includes(x) ? moved(x, tangents[floats.indexOf(x)]!, h) : x))
        return primitive.reference(there, attrs, output)
      }
      const ahead = valueAt(step)
      const slopes = Array.from(valueAt(-step), (behind, i) => (ahead[i]! - behind) / (2 * step))
      const forward = dataSync(pushed!)
      expect([pushed!.shape, pushed!.dtype], 'the tangent').toEqual([output.shape, output.dtype])
      expectClose(forward, slopes, 1e-6, 'jvp against differences')

      const sums = Array.from(forward, (_, i) => parts.reduce((s, part) => s + dataSync(part)[i]!, 0))
      expectClose(sums, forward, 1e-12, 'jvp of each input against that of all')

      pulled.forEach((g, i) => {
        expect([g.shape, g.dtype], `the cotangent of input ${i}`).toEqual([
          floats[i]!.shape,
          floats[i]!.dtype,
        ])
      })
      const byReverse = pulled.reduce((s, g, i) => s + dot(dataSync(g), tangents[i]!.data), 0)
      expectClose(
        [byReverse],
        [dot(forward, ct.data)],
        1e-11 * (1 + forward.length),
        '⟨Jᵀu, v⟩ against ⟨u, Jv⟩',
      )
    })
  })

  test('its second derivatives agree: reverse, forward, and by differences', () => {
    forEachCase((inputs, attrs, random) => {
      const at = applied(primitive, inputs, attrs)
      const floats = inputs.filter(({ dtype }) => isFloat(dtype))
      const [tangents, along] = [0, 1].map(() => floats.map((x) => direction(x, random))) as [
        HostArray[],
        HostArray[],
      ]
      const ct = leafOf(direction(at.output, random))
      const leaves = tangents.map(leafOf)
      const reverse = reverseProjection(at, ct, leaves)
      const forward = forwardProjection(at, ct, leaves)
      const curvature = gradientOf(reverse, at.sources)
      const byReverse = curvature.reduce((s, g, i) => s + dot(g, along[i]!.data), 0)

      const slopeAt = (h: number): number => {
        const there = inputs.map((x) => (floats.includes(x) ? moved(x, along[floats.indexOf(x)]!, h) : x))
        return dataSync(reverseProjection(applied(primitive, there, attrs), ct, leaves))[0]!
      }
      const byDifferences = (slopeAt(step) - slopeAt(-step)) / (2 * step)
      const size = Math.max(1, ...curvature.flat().map(Math.abs)) * (1 + curvature.flat().length)
      const close = (value: number, tolerance: number, what: string): void =>
        expectClose([value / size], [byReverse / size], tolerance, what)
      close(byDifferences, 1e-6, 'reverse over reverse against differences')
      close(slopeOf(reverse, at.sources, along.map(leafOf)), 1e-11, 'forward over reverse')
      close(slopeOf(forward, at.sources, along.map(leafOf)), 1e-11, 'forward over forward')
      const mixed = gradientOf(forward, at.sources)
      close(
        mixed.reduce((s, g, i) => s + dot(g, along[i]!.data), 0),
        1e-11,
        'reverse over forward',
      )

      const toward = gradientOf(reverse, [ct])[0]!
      const [pushed] = pushforward(at.sources, leaves, [at.output])
      expectClose(toward, dataSync(pushed!), 1e-11 * (1 + size), 'the vjp is linear in the cotangent')
    })
  })

  test('takes one tensor in two places', () => {
    forEachCase((inputs, attrs, random) => {
      const first = inputs.findIndex(({ dtype }) => isFloat(dtype))
      const same = (x: HostArray): boolean => isFloat(x.dtype) && sameShape(x.shape, inputs[first]!.shape)
      if (inputs.filter(same).length < 2) return
      const source = leafOf(inputs[first]!)
      const leaves = inputs.map((x) => (same(x) ? source : leafOf(x)))
      const output = applyPrimitive(primitive, leaves, attrs)
      const [tangent, ct] = [direction(source, random), direction(output, random)]
      const [pushed] = pushforward([source], [leafOf(tangent)], [output])
      const [pulled] = pullback([output], [leafOf(ct)], [source])

      const valueAt = (h: number): ArrayLike<number> => {
        const there = moved(inputs[first]!, tangent, h)
        return primitive.reference(
          inputs.map((x) => (same(x) ? there : x)),
          attrs,
          output,
        )
      }
      const ahead = valueAt(step)
      const slopes = Array.from(valueAt(-step), (behind, i) => (ahead[i]! - behind) / (2 * step))
      const forward = dataSync(pushed!)
      expectClose(forward, slopes, 1e-6, 'jvp against differences')
      const byReverse = dot(dataSync(pulled!), tangent.data)
      expectClose(
        [byReverse],
        [dot(forward, ct.data)],
        1e-11 * (1 + forward.length),
        '⟨Jᵀu, v⟩ against ⟨u, Jv⟩',
      )
    })
  })

  test('has the same derivatives in f32, in f32', () => {
    if (!acceptedDtypes(primitive).includes('f32')) return
    forEachCase((inputs, attrs, random) => {
      const single = inputs.map((x) => (x.dtype === 'f64' ? hostArray(x.shape, 'f32', x.data) : x))
      const ct = direction(specOf(primitive, inputs, attrs), random)
      const [wide, narrow] = [inputs, single].map((xs) => {
        const { sources, output } = applied(primitive, xs, attrs)
        const pulled = pullback([output], [leafOf(hostArray(ct.shape, output.dtype, ct.data))], sources)
        const [pushed] = pushforward(sources, pulled, [output])
        return { pulled, both: [...pulled, pushed!] }
      })
      realizeSync(...wide!.both, ...narrow!.both)
      for (const { dtype } of narrow!.pulled) expect(dtype).toBe('f32')
      for (const [i, t] of narrow!.both.entries()) {
        expectClose(dataSync(t), dataSync(wide!.both[i]!), 1e-3, `derivative ${i} in f32`)
      }
    })
  })

  test('is linear where it says so', () => {
    forEachCase((inputs, attrs, random) => {
      for (const group of linear?.(inputs) ?? []) {
        const [alpha, beta] = [3 * random() - 1.5, 3 * random() - 1.5]
        const other = inputs.map((x, i) => (group.includes(i) ? direction(x, random) : x))
        const mixed = inputs.map((x, i) =>
          group.includes(i) ? moved({ ...x, data: x.data.map((v) => alpha * v) }, other[i]!, beta) : x,
        )
        const spec = specOf(primitive, inputs, attrs)
        const [a, b, both] = [inputs, other, mixed].map((xs) => primitive.reference(xs, attrs, spec))
        const expected = Array.from(a!, (v, i) => alpha * v + beta * b![i]!)
        expectClose(both!, expected, 1e-12 * (1 + inputs.length * 40), `linear in ${group.join()}`)
      }
    })
  })
})

describe.each(flat)('$name', ({ primitive }) => {
  test('lets no gradient pass', () => {
    for (const dtype of acceptedDtypes(primitive)) {
      fc.assert(
        fc.property(entryOf(primitive).cases({ dtype, smooth: true }), ({ inputs, attrs }) => {
          if (inputs.length === 0) return
          const { leaves, output } = applied(primitive, inputs, attrs)
          const ct = leafOf(direction(output, randomNumbers(1)))
          expect(primitive.vjp(ct, leaves, attrs, output)).toEqual(leaves.map(() => null))
          const tangents = leaves.map((leaf, i) => (isFloat(leaf.dtype) ? leafOf(inputs[i]!) : null))
          const tangent = primitive.jvp(tangents, leaves, attrs, output)
          expect([tangent.shape, tangent.dtype]).toEqual([output.shape, output.dtype])
          expect(Array.from(dataSync(tangent)).every((t) => t === 0)).toBe(true)
        }),
        runs(0.1),
      )
    }
  })
})
