import { promote } from '../graph/dtype.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul } from '../ops/arithmetic.ts'
import { expand, sum } from '../ops/broadcast.ts'
import { cast } from '../ops/cast.ts'
import { checkTensor } from '../ops/check.ts'
import { matmul } from '../ops/matmul.ts'
import { permute, reshape } from '../ops/reshape.ts'
import { type Label, parseEquation } from './einsum-equation.ts'
import { diagonal } from './triangle.ts'

/** A tensor whose axes have names, each once. */
interface Labelled {
  readonly tensor: Tensor
  readonly labels: readonly Label[]
}

/**
 * Einstein summation: name the axes, and what is not in the output is summed over.
 *
 * Labels are letters. A label twice in one operand takes its diagonal. `...` stands for axes without names, which
 * broadcast from the right and stay in the output; named axes do not broadcast. Without `->` the output is `...` and
 * then the labels that occur once, in alphabetical order. Booleans count in `i32`; other dtypes promote.
 *
 * Operands are contracted pair by pair from left to right, each pair as one matrix product: for three or more,
 * their order decides the cost.
 *
 * @example
 * einsum('ij,jk->ik', a, b)            // a matrix product
 * einsum('ii', a)                      // a trace
 * einsum('...qd,...kd->...qk', q, k)   // attention scores
 *
 * @throws OpError when the equation cannot be read, or does not fit the operands.
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  checkTensor('einsum', ...operands)
  const {
    operands: labels,
    output,
    sizes,
  } = parseEquation(
    equation,
    operands.map((x) => x.shape),
  )
  const dtype = operands.reduce((widest, x) => promote(widest, x.dtype), promote('bool', 'i32'))
  const parts = operands.map((x, i) => withoutRepeats({ tensor: cast(x, dtype), labels: labels[i] ?? [] }))
  const result = parts.reduce((left, right, i) => {
    const needed = new Set([...output, ...parts.slice(i + 1).flatMap((part) => part.labels)])
    return contract(left, right, needed, sizes)
  })
  return arranged(reduced(result, new Set(output)), output)
}

/** Takes the diagonal of axes that have the same label. */
function withoutRepeats(x: Labelled): Labelled {
  const axis2 = x.labels.findIndex((label, axis) => x.labels.indexOf(label) < axis)
  const label = x.labels[axis2]
  if (label === undefined) return x
  const axis1 = x.labels.indexOf(label)
  const rest = x.labels.filter((_, axis) => axis !== axis1 && axis !== axis2)
  return withoutRepeats({ tensor: diagonal(x.tensor, { axis1, axis2 }), labels: [...rest, label] })
}

/** Sums over the axes whose labels are not needed. */
function reduced({ tensor, labels }: Labelled, needed: ReadonlySet<Label>): Labelled {
  const axis = labels.flatMap((label, a) => (needed.has(label) ? [] : [a]))
  if (axis.length === 0) return { tensor, labels }
  return { tensor: sum(tensor, { axis }), labels: labels.filter((label) => needed.has(label)) }
}

/** The axes in the order of `labels`. */
function arranged(x: Labelled, labels: readonly Label[]): Tensor {
  return permute(
    x.tensor,
    labels.map((label) => x.labels.indexOf(label)),
  )
}

/** The product of two tensors, summed over the labels that nobody needs afterwards: one matrix product. */
function contract(
  left: Labelled,
  right: Labelled,
  needed: ReadonlySet<Label>,
  sizes: ReadonlyMap<Label, number>,
): Labelled {
  const a = reduced(left, new Set([...needed, ...right.labels]))
  const b = reduced(right, new Set([...needed, ...left.labels]))
  const both = a.labels.filter((label) => b.labels.includes(label))
  const batch = both.filter((label) => needed.has(label))
  const inner = both.filter((label) => !needed.has(label))
  const rows = a.labels.filter((label) => !both.includes(label))
  const columns = b.labels.filter((label) => !both.includes(label))
  const sizesOf = (labels: readonly Label[]): number[] => labels.map((label) => sizes.get(label) ?? 1)
  // `[batch, rows, inner]` and `[batch, inner, columns]`; only axes of an ellipsis can be smaller than their size.
  const matrix = (x: Labelled, first: readonly Label[], second: readonly Label[]): Tensor => {
    const order = [...batch, ...first, ...second]
    const full = expand(arranged(x, order), sizesOf(order))
    return reshape(full, [sizeOf(sizesOf(batch)), sizeOf(sizesOf(first)), sizeOf(sizesOf(second))])
  }
  const p = matrix(a, rows, inner)
  const q = matrix(b, inner, columns)
  const labels = [...batch, ...rows, ...columns]
  const product = inner.length === 0 ? mul(p, q) : matmul(p, q)
  return { tensor: reshape(product, sizesOf(labels)), labels }
}
