import type { Shape } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { formatShape } from '../graph/shape.ts'
import { shown } from './arguments.ts'

/** The name of an axis in an equation: a letter, or `…n` for the n-th axis from the end of an ellipsis. */
export type Label = string

/** An equation applied to shapes: one label per axis of every operand and of the output, and each label's size. */
export interface Equation {
  readonly operands: readonly (readonly Label[])[]
  readonly output: readonly Label[]
  readonly sizes: ReadonlyMap<Label, number>
}

/**
 * Reads an equation such as `ij,jk->ik` against the shapes of its operands.
 *
 * @throws OpError when it is no equation, or does not fit the shapes.
 */
export function parseEquation(equation: string, shapes: readonly Shape[]): Equation {
  if (typeof equation !== 'string') {
    throw new OpError('einsum', `expected an equation such as 'ij,jk->ik', got ${shown(equation)}`)
  }
  const fail = (problem: string): never => {
    throw new OpError(
      'einsum',
      `'${equation}' with ${shapes.map(formatShape).join(', ') || 'no operands'}: ${problem}`,
    )
  }
  const [left = '', right, ...more] = equation.replaceAll(' ', '').split('->')
  if (more.length > 0) fail("has more than one '->'")
  const terms = left.split(',')
  if (terms.length !== shapes.length || shapes.length === 0) {
    fail(`has ${terms.length} comma-separated terms for ${shapes.length} operands; needs one each`)
  }
  const operands = terms.map((term, i) => labelsOf(term, shapes[i] ?? [], `operand ${i}`, fail))
  const sizes = sizesOf(operands, shapes, fail)
  const ellipsis = [...sizes.keys()]
    .filter((label) => label.length > 1)
    .sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)))
  const output =
    right === undefined ? implicitOutput(operands, ellipsis) : readTerm(right, ellipsis, 'the output', fail)
  for (const [i, label] of output.entries()) {
    if (!sizes.has(label)) fail(`the output's '${label}' is in no operand`)
    if (output.indexOf(label) !== i) fail(`'${label}' is twice in the output`)
  }
  if (ellipsis.some((label) => !output.includes(label))) {
    fail("the output needs '...' for the axes of the operands' ellipsis")
  }
  return { operands, output, sizes }
}

type Fail = (problem: string) => never

/** A term as labels, its ellipsis spelled out as the given ones. */
function readTerm(term: string, ellipsis: readonly Label[], what: string, fail: Fail): Label[] {
  const [before = '', after, ...more] = term.split('...')
  const letters = (text: string): Label[] => {
    const bad = [...text].find((c) => !/^[a-zA-Z]$/.test(c))
    if (bad !== undefined)
      fail(`'${bad}' in ${what} is no label; labels are letters, and '...' stands for leading axes`)
    return [...text]
  }
  if (more.length > 0) fail(`${what} has more than one '...'`)
  return after === undefined ? letters(before) : [...letters(before), ...ellipsis, ...letters(after)]
}

function labelsOf(term: string, shape: Shape, what: string, fail: Fail): Label[] {
  const named = term.replace('...', '').length
  const hidden = shape.length - named
  const fits = term.includes('...') ? hidden >= 0 : hidden === 0
  const ellipsis = Array.from({ length: Math.max(0, hidden) }, (_, i) => `…${hidden - i}`)
  const labels = readTerm(term, ellipsis, what, fail)
  if (!fits) fail(`${what} has ${shape.length} axes, '${term}' names ${named}`)
  return labels
}

function sizesOf(
  operands: readonly (readonly Label[])[],
  shapes: readonly Shape[],
  fail: Fail,
): Map<Label, number> {
  const sizes = new Map<Label, number>()
  for (const [i, labels] of operands.entries()) {
    for (const [axis, label] of labels.entries()) {
      const n = shapes[i]?.[axis] ?? 1
      const known = sizes.get(label)
      // Axes of an ellipsis broadcast; a letter means one size.
      const broadcasts = label.length > 1 && (n === 1 || known === 1)
      if (known !== undefined && known !== n && !broadcasts) {
        fail(`'${label}' has size ${known}, but ${n} on axis ${axis} of operand ${i}`)
      }
      sizes.set(label, known === undefined || known === 1 ? n : known)
    }
  }
  return sizes
}

/** Without an arrow: the ellipsis first, then the letters that occur once, in alphabetical order. */
function implicitOutput(operands: readonly (readonly Label[])[], ellipsis: readonly Label[]): Label[] {
  const all = operands.flat()
  const once = all.filter((label) => label.length === 1 && all.indexOf(label) === all.lastIndexOf(label))
  return [...ellipsis, ...once.sort()]
}
