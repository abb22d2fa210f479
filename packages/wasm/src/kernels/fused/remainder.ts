import {
  type Code,
  type FunctionRef,
  f64,
  i32,
  type Local,
  type ModuleBuilder,
  select,
} from '../../assembler/index.ts'

/** The function `remainder(a, b)` of a module: with the sign of the divisor; by 0 it is NaN, and 0 of whole numbers. */
export function remainderOf(module: ModuleBuilder, type: 'i32' | 'f64'): FunctionRef {
  return module.once(`remainder ${type}`, () => (type === 'i32' ? ofInts(module) : ofFloats(module)))
}

function ofInts(module: ModuleBuilder): FunctionRef {
  return module.function('remainder', ['i32', 'i32'], 'i32', (code, a, b) => {
    code.if(i32.eqz(b), () => code.return(i32.const(0)))
    const rest = code.let(i32.remS(a, b))
    const crosses = i32.and(i32.ne(rest, 0), i32.ltS(i32.xor(rest, b), 0))
    return select(crosses, i32.add(rest, b), rest)
  })
}

function ofFloats(module: ModuleBuilder): FunctionRef {
  return module.function('remainder', ['f64', 'f64'], 'f64', (code, a, b) => {
    const zero = f64.const(0)
    const infinity = f64.const(Number.POSITIVE_INFINITY)
    const size = code.let(f64.abs(b))
    const rest = code.let(f64.abs(a))
    const finite = i32.and(f64.lt(rest, infinity), f64.gt(size, zero))
    code.if(i32.eqz(finite), () => code.return(f64.const(Number.NaN)))
    code.if(f64.ne(b, b), () => code.return(b))
    code.if(f64.ge(rest, size), () => subtractMultiples(code, rest, size))
    // What `a % b` is, with the sign of a; then moved to the side of b.
    code.set(rest, f64.copysign(rest, a))
    const sides = i32.ne(f64.lt(rest, zero), f64.lt(b, zero))
    const crosses = i32.and(f64.ne(rest, zero), sides)
    return select(crosses, f64.add(rest, b), rest)
  })
}

/** Long division in base 2: every difference is exact. */
function subtractMultiples(code: Code, rest: Local<'f64'>, size: Local<'f64'>): void {
  const step = code.let(size)
  const half = code.let(f64.mul(rest, f64.const(0.5)))
  code.while(
    () => f64.le(step, half),
    () => code.set(step, f64.add(step, step)),
  )
  code.while(
    () => f64.ge(step, size),
    () => {
      code.if(f64.ge(rest, step), () => code.set(rest, f64.sub(rest, step)))
      code.set(step, f64.mul(step, f64.const(0.5)))
    },
  )
}
