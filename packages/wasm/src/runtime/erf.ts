import { type Code, f64, i32, type Local, ModuleBuilder, type Value } from '../assembler/index.ts'

const number = f64.const

/**
 * A module that exports `erf`, the error function in double precision: its Taylor series near 0, the continued fraction of
 * `erfc` beyond (Abramowitz & Stegun, 7.1.6 and 7.1.14). The same steps as the reference kernel takes, so the same bits.
 * It is WebAssembly so that workers need not be sent a function's text.
 */
export function erfModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder({ shared: false, maxPages: 1 })
  const erf = module.function('erf', ['f64'], 'f64', (code, x) => {
    const a = code.let(f64.abs(x))
    const result = code.let<'f64'>(x)
    code.if(f64.gt(a, number(6)), () => code.set(result, f64.copysign(number(1), x)))
    // Comparisons with NaN are false, and NaN stays as it came.
    code.if(f64.lt(a, number(2.5)), () => code.set(result, series(module, code, x)))
    code.if(i32.and(f64.ge(a, number(2.5)), f64.le(a, number(6))), () =>
      code.set(result, f64.copysign(f64.sub(number(1), fraction(module, code, a)), x)),
    )
    return result
  })
  module.export('erf', erf)
  return module.finish()
}

function bell(module: ModuleBuilder, x: Value<'f64'>): Value<'f64'> {
  return module.math('exp', f64.mul(f64.neg(x), x))
}

function series(module: ModuleBuilder, code: Code, x: Local<'f64'>): Value<'f64'> {
  const [term, total] = [code.let<'f64'>(x), code.let<'f64'>(x)]
  const n = code.let(number(1))
  const more = (): Value<'i32'> => f64.gt(f64.abs(term), f64.mul(number(1e-17), f64.abs(total)))
  code.while(more, () => {
    const top = f64.mul(f64.mul(number(2), x), x)
    code.set(term, f64.mul(term, f64.div(top, f64.add(f64.mul(number(2), n), number(1)))))
    code.set(total, f64.add(total, term))
    code.set(n, f64.add(n, number(1)))
  })
  return f64.mul(f64.mul(number(2 / Math.sqrt(Math.PI)), bell(module, x)), total)
}

function fraction(module: ModuleBuilder, code: Code, a: Local<'f64'>): Value<'f64'> {
  const value = code.let<'f64'>(a)
  const k = code.let(i32.const(60))
  code.doWhile(
    () => {
      code.set(value, f64.add(a, f64.div(f64.div(f64.convertI32S(k), number(2)), value)))
      code.increase(k, -1)
    },
    () => i32.gtS(k, 0),
  )
  return f64.div(bell(module, a), f64.mul(value, number(Math.sqrt(Math.PI))))
}
