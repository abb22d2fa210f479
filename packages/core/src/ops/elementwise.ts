import { type DType, isFloat, promote } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { broadcastShapes } from '../graph/shape.ts'
import { type Primitive, Tensor } from '../graph/tensor.ts'
import { mapBinary, mapUnary } from '../reference/elementwise.ts'
import { expand, sumTo } from './broadcast.ts'
import { checkOperands } from './check.ts'
import { asFloat, asTensor, commonDtype, commonFloat } from './coerce.ts'
import { defineOp, noAttrs, type Op, type TensorLike } from './define.ts'

/*
 * The Jacobian of an elementwise op is diagonal, so one map `t ↦ t · ∂f/∂x` serves both directions: applied to a
 * tangent it is the jvp, applied to a cotangent (and summed over broadcast axes) the vjp. Rules below state that map.
 */

/** `t · ∂f/∂x` as a graph expression. */
export type UnaryRule = (t: Tensor, x: Tensor, y: Tensor) => Tensor

/** `t · ∂f/∂a` or `t · ∂f/∂b` as a graph expression. */
export type BinaryRule = (t: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor

/** An elementwise op of one operand. */
export type UnaryOp = Op<[x: TensorLike]>

/** An elementwise op of two operands, with NumPy broadcasting. */
export type BinaryOp = Op<[a: TensorLike, b: TensorLike]>

interface UnaryDefinition {
  readonly name: string
  /** `float`: integers become f32 first. `number`: integers stay (booleans become i32). */
  readonly domain: 'float' | 'number'
  readonly rule: UnaryRule
  readonly reference: (x: number) => number
}

/** Defines an elementwise op of one operand from its formula and its derivative. */
/* @__NO_SIDE_EFFECTS__ */
export function defineUnary({ name, domain, rule, reference }: UnaryDefinition): UnaryOp {
  const primitive: Primitive<readonly [Tensor], object> = {
    name,
    family: 'unary',
    infer: ([x]) => {
      if (domain === 'float' && !isFloat(x.dtype)) throw new OpError(name, `needs f32 or f64, got ${x.dtype}`)
      if (x.dtype === 'bool') throw new OpError(name, 'needs numbers, got bool')
      return { shape: x.shape, dtype: x.dtype }
    },
    vjp: (ct, [x], _, y) => [isFloat(x.dtype) ? rule(ct, x, y) : null],
    jvp: ([t], [x], _, y) => rule(t as Tensor, x, y),
    reference: ([x], _, output) => mapUnary(reference, x, output),
  }
  const prepare = domain === 'float' ? asFloat : asNumber
  return defineOp(primitive, (apply) => (x) => {
    if (x instanceof Tensor && isFloat(x.dtype)) return apply([x], noAttrs)
    checkOperands(name, x)
    return apply([prepare(x)], noAttrs)
  })
}

/** What a rule for two inputs takes as wanted when nobody says. */
export const both: readonly [boolean, boolean] = [true, true]

interface BinaryDefinition {
  readonly name: string
  /** `float`: integers become f32 first. `number`: integers stay (booleans become i32). */
  readonly domain: 'float' | 'number'
  /** The derivative maps toward the first and the second operand. */
  readonly rules: readonly [BinaryRule, BinaryRule]
  readonly reference: (a: number, b: number) => number
  /** The same on i32, where doubles would lose bits or mean something else. */
  readonly referenceInt?: (a: number, b: number) => number
}

/** Defines an elementwise op of two operands from its formula and its partial derivatives. */
/* @__NO_SIDE_EFFECTS__ */
export function defineBinary({ name, domain, rules, reference, referenceInt }: BinaryDefinition): BinaryOp {
  const [ruleA, ruleB] = rules
  const primitive: Primitive<readonly [Tensor, Tensor], object> = {
    name,
    family: 'binary',
    infer: ([a, b]) => {
      requireSame(name, a.dtype, b.dtype)
      if (a.dtype === 'bool' || (domain === 'float' && !isFloat(a.dtype))) {
        throw new OpError(name, `needs ${domain === 'float' ? 'f32 or f64' : 'numbers'}, got ${a.dtype}`)
      }
      return { shape: broadcastShapes(name, a.shape, b.shape), dtype: a.dtype }
    },
    vjp: (ct, [a, b], _, y, [toA, toB] = both) => {
      if (!isFloat(y.dtype)) return [null, null]
      return [
        toA ? sumTo(ruleA(ct, a, b, y), a.shape) : null,
        toB ? sumTo(ruleB(ct, a, b, y), b.shape) : null,
      ]
    },
    jvp: ([ta, tb], [a, b], _, y) => {
      const fromA = ta && expand(ruleA(ta, a, b, y), y.shape)
      const fromB = tb && expand(ruleB(tb, a, b, y), y.shape)
      return fromA && fromB ? add(fromA, fromB) : ((fromA ?? fromB) as Tensor)
    },
    reference: ([a, b], _, output) =>
      mapBinary(output.dtype === 'i32' && referenceInt ? referenceInt : reference, a, b, output),
  }
  return defineOp(primitive, (apply) => (a, b) => {
    const dtype = commonFloat(a, b) ?? meeting(a, b)
    return apply([asTensor(a, dtype, name), asTensor(b, dtype, name)], noAttrs)
  })

  function meeting(a: TensorLike, b: TensorLike): DType {
    checkOperands(name, a, b)
    const common = promote(commonDtype([a, b]), 'i32')
    return domain === 'float' && !isFloat(common) ? 'f32' : common
  }
}

/** Refuses operands of two dtypes; the functions users call cast them to a common one first. */
export function requireSame(op: string, a: DType, b: DType): void {
  if (a !== b) throw new OpError(op, `operands have dtypes ${a} and ${b}; cast one to the other`)
}

function asNumber(x: TensorLike): Tensor {
  return asTensor(x, promote(commonDtype([x]), 'i32'))
}

/** `a + b`, with NumPy broadcasting. `i32` wraps. */
export const add: BinaryOp = defineBinary({
  name: 'add',
  domain: 'number',
  rules: [(t) => t, (t) => t],
  reference: (a, b) => a + b,
})
