import { OpError } from '../graph/errors.ts'
import { broadcastShapes } from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { mapBinary, mapUnary } from '../reference/elementwise.ts'
import { checkOperands } from './check.ts'
import { asTensor, commonDtype, commonFloat } from './coerce.ts'
import { defineOp, noAttrs, type Op, type TensorLike } from './define.ts'
import { type BinaryOp, requireSame } from './elementwise.ts'
import { fullLike } from './leaves.ts'

/** The reference kernel of a comparison: true or false for two numbers. */
type Relation = (a: number, b: number) => boolean

function defineComparison(name: string, relation: Relation): BinaryOp {
  const primitive: Primitive<readonly [Tensor, Tensor], object> = {
    name,
    family: 'binary',
    infer: ([a, b]) => {
      requireSame(name, a.dtype, b.dtype)
      return { shape: broadcastShapes(name, a.shape, b.shape), dtype: 'bool' }
    },
    vjp: () => [null, null],
    jvp: (_, __, ___, y) => fullLike(y, 0),
    reference: ([a, b], _, output) => mapBinary((x, y) => (relation(x, y) ? 1 : 0), a, b, output),
  }
  return defineOp(primitive, (apply) => (a, b) => {
    checkOperands(name, a, b)
    const dtype = commonFloat(a, b) ?? commonDtype([a, b])
    return apply([asTensor(a, dtype, name), asTensor(b, dtype, name)], noAttrs)
  })
}

/** `a = b`, elementwise, as `bool`. NaN equals nothing. */
export const eq: BinaryOp = defineComparison('eq', (a, b) => a === b)

/** `a < b`, elementwise, as `bool`. False where either is NaN. */
export const lt: BinaryOp = defineComparison('lt', (a, b) => a < b)

/** `a ≤ b`, elementwise, as `bool`. False where either is NaN. */
export const le: BinaryOp = defineComparison('le', (a, b) => a <= b)

function defineLogical(name: string, relation: Relation): BinaryOp {
  const primitive: Primitive<readonly [Tensor, Tensor], object> = {
    name,
    family: 'binary',
    infer: ([a, b]) => {
      requireBool(name, a)
      requireBool(name, b)
      return { shape: broadcastShapes(name, a.shape, b.shape), dtype: 'bool' }
    },
    vjp: () => [null, null],
    jvp: (_, __, ___, y) => fullLike(y, 0),
    reference: ([a, b], _, output) => mapBinary((x, y) => (relation(x, y) ? 1 : 0), a, b, output),
  }
  return defineOp(primitive, (apply) => (a, b) => apply([asTruth(name, a), asTruth(name, b)], noAttrs))
}

function requireBool(op: string, x: { readonly dtype: string }): void {
  if (x.dtype !== 'bool') throw new OpError(op, `needs bool, got ${x.dtype}; compare first, as in x.ne(0)`)
}

function asTruth(op: string, x: TensorLike): Tensor {
  checkOperands(op, x)
  if (typeof x === 'number') throw new OpError(op, `needs bool, got the number ${x}; use true or false`)
  if (typeof x !== 'boolean') requireBool(op, x)
  return asTensor(x, 'bool')
}

/** Both true, elementwise, on `bool`. */
export const logicalAnd: BinaryOp = defineLogical('and', (a, b) => a !== 0 && b !== 0)

/** Either true, elementwise, on `bool`. */
export const logicalOr: BinaryOp = defineLogical('or', (a, b) => a !== 0 || b !== 0)

const notPrimitive: Primitive<readonly [Tensor], object> = {
  name: 'not',
  family: 'unary',
  infer: ([x]) => {
    requireBool('not', x)
    return { shape: x.shape, dtype: 'bool' }
  },
  vjp: () => [null],
  jvp: (_, __, ___, y) => fullLike(y, 0),
  reference: ([x], _, output) => mapUnary((v) => (v === 0 ? 1 : 0), x, output),
}

/** True where `x` is false, on `bool`. */
export const logicalNot: Op<[x: TensorLike]> = defineOp(
  notPrimitive,
  (apply) => (x) => apply([asTruth('not', x)], noAttrs),
)
