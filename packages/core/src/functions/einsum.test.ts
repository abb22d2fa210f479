import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { tensor } from '../tensor/create.ts'
import { zeros } from '../tensor/fill.ts'
import { einsum } from './einsum.ts'
import { f64, flatOf, i32, valuesOf } from './values.testing.ts'

/** The definition: for every value of every label, multiply the elements and add to the output. */
function byDefinition(
  terms: readonly string[],
  output: string,
  sizes: Readonly<Record<string, number>>,
  operands: readonly (readonly number[])[],
): number[] {
  const labels = [...new Set(terms.join(''))]
  const sizeOf = (term: string): number => [...term].reduce((n, label) => n * (sizes[label] ?? 1), 1)
  const result = new Array<number>(sizeOf(output)).fill(0)
  const index: Record<string, number> = {}
  const place = (term: string): number =>
    [...term].reduce((at, label) => at * (sizes[label] ?? 1) + (index[label] ?? 0), 0)
  const visit = (depth: number): void => {
    const label = labels[depth]
    if (label === undefined) {
      const product = terms.reduce((p, term, i) => p * (operands[i]?.[place(term)] ?? 0), 1)
      result[place(output)] = (result[place(output)] ?? 0) + product
      return
    }
    for (let i = 0; i < (sizes[label] ?? 1); i++) {
      index[label] = i
      visit(depth + 1)
    }
  }
  visit(0)
  return result
}

const alphabet = ['i', 'j', 'k', 'B']
const term = fc.array(fc.constantFrom(...alphabet), { maxLength: 3 }).map((labels) => labels.join(''))
const equation = fc
  .record({
    terms: fc.array(term, { minLength: 1, maxLength: 3 }),
    order: fc.shuffledSubarray(alphabet),
    sizes: fc.record(Object.fromEntries(alphabet.map((label) => [label, fc.integer({ min: 0, max: 3 })]))),
  })
  .map(({ terms, order, sizes }) => ({
    terms,
    sizes,
    output: order.filter((label) => terms.some((t) => t.includes(label))).join(''),
  }))

describe('einsum', () => {
  it('agrees with its definition for any equation, repeated labels and empty axes included', async () => {
    await fc.assert(
      fc.asyncProperty(equation, fc.integer(), async ({ terms, output, sizes }, salt) => {
        const shapes = terms.map((t) => [...t].map((label) => sizes[label] ?? 1))
        const data = shapes.map((shape, o) =>
          Array.from(
            { length: shape.reduce((a, b) => a * b, 1) },
            (_, i) => ((i * 7 + o * 3 + (salt & 15)) % 11) - 5,
          ),
        )
        const operands = data.map((values, o) => tensor(values, { dtype: 'i32', shape: shapes[o] ?? [] }))
        const result = einsum(`${terms.join(',')}->${output}`, ...operands)
        expect(result.shape).toEqual([...output].map((label) => sizes[label]))
        expect(await flatOf(result)).toEqual(byDefinition(terms, output, sizes, data).map((v) => v + 0))
      }),
      { numRuns: 100 },
    )
  })

  const a = f64([
    [1, 2, 3],
    [4, 5, 6],
  ])
  const b = f64([
    [1, 0],
    [2, 1],
    [0, 3],
  ])
  const square = f64([
    [1, 2],
    [3, 4],
  ])

  it('without an arrow keeps the labels that occur once, in alphabetical order', async () => {
    expect(await valuesOf(einsum('ij,jk', a, b))).toEqual([
      [5, 11],
      [14, 23],
    ])
    expect(await valuesOf(einsum('ba', a))).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ])
    expect(await valuesOf(einsum('ii', square))).toBe(5)
  })

  it('an ellipsis stands for axes without names, which broadcast', async () => {
    const batch = zeros([5, 1, 2, 3], { dtype: 'f64' })
    expect(einsum('...ij,...jk->...ik', batch, zeros([4, 3, 2])).shape).toEqual([5, 4, 2, 2])
    expect(einsum('i...', zeros([2, 3, 4])).shape).toEqual([3, 4, 2])
    expect(einsum('...i->...', batch).shape).toEqual([5, 1, 2])
    expect(await valuesOf(einsum('...,...->...', f64([[1], [2]]), f64([3, 4])))).toEqual([
      [3, 4],
      [6, 8],
    ])
    expect(
      await valuesOf(
        einsum(
          '...ii->...i',
          f64([
            [
              [1, 2],
              [3, 4],
            ],
          ]),
        ),
      ),
    ).toEqual([[1, 4]])
  })

  it('spaces do not matter', async () => {
    expect(await valuesOf(einsum(' i j , j k -> k i ', a, b))).toEqual([
      [5, 14],
      [11, 23],
    ])
  })

  it('promotes dtypes and counts booleans', async () => {
    expect(einsum('i,i', i32([1]), f64([1])).dtype).toBe('f64')
    expect(await valuesOf(einsum('i,i->', tensor([true, true]), tensor([true, false])))).toBe(1)
  })

  it.each([
    ['ij,jk->ik', [a, b]],
    ['ii->i', [square]],
    ['ij,ij->j', [a, a]],
    [
      'ij,kj,ik->',
      [
        a,
        f64([
          [1, 0, 2],
          [0, 1, 1],
        ]),
        square,
      ],
    ],
    ['i,j->ij', [f64([1, 2]), f64([3, 4, 5])]],
    ['...j,j->...', [a, f64([1, -1, 2])]],
  ] as const)('%s has the derivatives that differences show, to second order', async (text, operands) => {
    await gradcheck((...xs) => einsum(text, ...xs), operands)
  })

  it.each([
    ['ij,jk', [a], 'has 2 comma-separated terms for 1 operands; needs one each'],
    ['ijk->i', [a], "operand 0 has 2 axes, 'ijk' names 3"],
    ['ij,jk->ik', [a, a], "'j' has size 3, but 2 on axis 0 of operand 1"],
    ['ij->ik', [a], "the output's 'k' is in no operand"],
    ['ij->ii', [a], "'i' is twice in the output"],
    ['i2->i', [a], "'2' in operand 0 is no label; labels are letters"],
    ['ij->i->j', [a], "has more than one '->'"],
    ['...j->j', [a], "the output needs '...' for the axes of the operands' ellipsis"],
    ['...i...->i', [a], "operand 0 has more than one '...'"],
    ['...ijk->...', [a], "operand 0 has 2 axes, '...ijk' names 3"],
  ] as const)('refuses %s with a message', (text, operands, message) => {
    expect(() => einsum(text, ...operands)).toThrow(`einsum: '${text}' with `)
    expect(() => einsum(text, ...operands)).toThrow(message)
  })
})
