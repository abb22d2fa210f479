import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pullback } from '../../autodiff/reverse.ts'
import { gather, matmul, mul, sum, type Tensor, tanh, tensor, vjp, where } from '../../index.ts'
import { randomNumbers } from '../../ops/cases/values.ts'
import { fullLike } from '../../ops/leaves.ts'
import { runs } from '../../ops/testing/run.testing.ts'
import { evaluated } from '../graphs.testing.ts'
import type { LowerOptions } from './lower.ts'
import { computed, firstGap, numbers, programOf } from './programs.testing.ts'
import { acted, leaves, scripts } from './random-programs.testing.ts'

/** Bools that are computed, and not before they are asked for. */
function flags(seed: number, count: number): Tensor {
  const random = randomNumbers(seed)
  return tensor(Array.from({ length: count }, () => 2 * random() - 1)).lt(0)
}

/** What each kernel is skipped by, in order; null for those that always run. A wrong program fails. */
function guardsOf(roots: readonly Tensor[], options: LowerOptions = {}): (string | null)[] {
  expect(firstGap(computed(roots, options), evaluated(roots))).toBeUndefined()
  return programOf(roots, options).tasks.flatMap(({ kernels, guards }) =>
    kernels.map((kernel, i) => {
      const guard = guards[i] ?? null
      return guard === null ? null : `${kernel.kind} ${guard.sense ? 'if' : 'unless'} ${guard.offset}`
    }),
  )
}

const [a, b] = [numbers([6, 6], 1), numbers([6, 6], 2)]

describe('a kernel is skipped by the condition of a where', () => {
  test('that alone reads its result', () => {
    const kept = flags(1, 3)
    expect(guardsOf([where(kept.at(1), matmul(a, b), 0), where(kept.at(2), 0, matmul(b, a))])).toEqual([
      null,
      'matmul if 1',
      null,
      'matmul unless 2',
      null,
    ])
  })

  test('also behind cheap steps, which stay in the kernel of the where', () => {
    const kept = flags(1, 3)
    const made = where(kept.at(0), matmul(a, b).mul(2).add(1), a)
    expect(guardsOf([made])).toEqual([null, 'matmul if 0', null])
  })

  test('with all that leads to it alone', () => {
    const kept = flags(1, 3)
    const chain = matmul(tanh(matmul(a, b)), b)
    expect(guardsOf([where(kept.at(0), chain, a)], { chain: false })).toEqual([
      null,
      'matmul if 0',
      'fused if 0',
      'matmul if 0',
      null,
    ])
  })

  test('but not where somebody else reads its result, or it is given out', () => {
    const kept = flags(1, 3)
    const product = matmul(a, b)
    const one = where(kept.at(0), product, 0)
    const none = (list: readonly (string | null)[]): boolean => list.every((guard) => guard === null)
    expect(none(guardsOf([one, product]))).toBe(true)
    expect(none(guardsOf([one, sum(product)]))).toBe(true)
    expect(none(guardsOf([one, where(kept.at(1), product, 0)]))).toBe(true)
    expect(none(guardsOf([where(numbers([6, 6], 3).lt(0), product, 0)]))).toBe(true)
    expect(none(guardsOf([one], { guard: false }))).toBe(true)
  })

  test('and by the outer one where several say so', () => {
    const kept = flags(1, 3)
    const inner = where(kept.at(1), matmul(a, b), 0)
    expect(guardsOf([where(kept.at(0), inner, a)]).filter((guard) => guard !== null)).toEqual(['matmul if 0'])
  })

  test('so that a failure in it is none', () => {
    const rows = (flag: Tensor): Tensor[] => [where(flag, gather(a, 0, tensor([[99]], { dtype: 'i32' })), 0)]
    expect(() => computed(rows(tensor(true)))).toThrow('99')
    expect(computed(rows(tensor(false)))[0]?.every((x) => x === 0)).toBe(true)
  })
})

test('gradients that are masked by tensor skip the product of each weight, and what leads to the first alone', () => {
  const weights = [numbers([6, 6], 3), numbers([6, 6], 4)]
  const { pullback: back } = vjp(([v, w]: readonly Tensor[]) => matmul(tanh(matmul(a, v!)), w!), weights)
  const kept = flags(2, 2)
  const masked = back(b).map((g, i) => where(kept.at(i), g, 0))
  const norm = masked.reduce((all, g) => all.add(sum(mul(g, g))), tensor(0, { dtype: 'f64' }))
  const guards = guardsOf([norm, ...masked]).filter((guard) => guard !== null)
  expect(guards.sort()).toEqual(['fused if 0', 'matmul if 0', 'matmul if 0', 'matmul if 1'])
})

describe.each<LowerOptions>([{}, { chain: false }, { fuse: false }])('lowered with %o', (how) => {
  test('random programs with guarded results compute what the reference kernels do', () => {
    fc.assert(
      fc.property(scripts(16), fc.nat(), fc.integer({ min: 1, max: 5 }), (script, seed, splits) => {
        const values = acted(script, leaves()).slice(-6)
        const kept = flags(seed, 3)
        const outputs = values.map((value, i) => where(kept.at(i % 3), value, i % 2 === 0 ? 0 : value.flip()))
        const total = outputs.reduce((all, value) => all.add(sum(value)), tensor(0, { dtype: 'f64' }))
        const all = [total, ...outputs]
        expect(firstGap(computed(all, how, splits), evaluated(all))).toBeUndefined()
      }),
      runs(3),
    )
  })

  test('random programs with guarded gradients compute what the reference kernels do', () => {
    fc.assert(
      fc.property(scripts(10), fc.nat(), (script, seed) => {
        const given = leaves()
        const values = acted(script, given)
        const total = values
          .slice(-3)
          .reduce((all, value) => all.add(sum(mul(value, value))), tensor(0, { dtype: 'f64' }))
        const kept = flags(seed, given.length)
        const masked = pullback([total], [fullLike(total, 1)], given).flatMap((gradient, i) =>
          gradient === null ? [] : [where(kept.at(i), gradient, 0)],
        )
        const all = [total, ...masked]
        expect(firstGap(computed(all, how), evaluated(all))).toBeUndefined()
      }),
      runs(1),
    )
  })
})
