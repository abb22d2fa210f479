import {
  f32,
  f32x4,
  f64,
  i32x4,
  type Local,
  type ModuleBuilder,
  type Vector,
  v128,
} from '../assembler/index.ts'
import { estrin, type MathCode, nearestMultiple } from './arithmetic.ts'

// x = n π/2 + r with |r| ≤ π/4. The first three parts of π/2 have 13 bits, so that n times each is exact for n up to 2¹¹
// (Cody and Waite, Software Manual for the Elementary Functions, 1980, chapter 8).
const parts = [1.570556640625, 0.0002396702766418457, 1.5890691429376602e-8, 2.5633440682570896e-12]
/** Beyond this the parts of π/2 do not reach. */
const end = 2048

// (sin r - r) / r³ and (cos r - 1 + r²/2) / r⁴ in powers of r², minimax by Remez' exchange: within 2^-28.
const forSin = [-0.16666655242443085, 0.008332155644893646, -0.0001951411395566538]
const forCos = [0.04166664555668831, -0.0013887283857911825, 2.4429438781226054e-5]

function turned(module: ModuleBuilder, math: MathCode, x: Local<'v128'>, name: 'sin' | 'cos'): Vector {
  const { code, madd, float, whole } = math
  const { n, bits } = nearestMultiple(math, x, 2 / Math.PI)
  const r = code.let(parts.reduce<Vector>((rest, part) => madd(n, float(-part), rest), x))
  const square = code.let(f32x4.mul(r, r))
  const sine = madd(f32x4.mul(square, r), estrin(math, square, forSin), r)
  const curve = madd(square, estrin(math, square, forCos), float(-0.5))
  const cosine = madd(curve, square, float(1))
  const quarter = code.let(name === 'sin' ? bits : i32x4.add(bits, whole(1)))
  const swapped = i32x4.ne(v128.and(quarter, whole(1)), whole(0))
  const sign = i32x4.shl(v128.and(quarter, whole(2)), 30)
  const near = code.let(v128.xor(v128.bitselect(cosine, sine, swapped), sign))
  const far = code.let(f32x4.gt(f32x4.abs(x), float(end)))
  code.if(v128.anyTrue(far), () => {
    const exact = code.let(x)
    for (let lane = 0; lane < 4; lane++) {
      const value = module.math(name, f64.promoteF32(f32x4.extract(x, lane)))
      code.set(exact, f32x4.replace(exact, lane, f32.demoteF64(value)))
    }
    code.set(near, v128.bitselect(exact, near, far))
  })
  return near
}

/** The sine, within 2 ULP; beyond ±2048 by `Math.sin`. */
export function sin(module: ModuleBuilder, math: MathCode, x: Local<'v128'>): Vector {
  // -0 stays what it is.
  return v128.bitselect(turned(module, math, x, 'sin'), x, f32x4.ne(x, math.float(0)))
}

/** The cosine, within 2 ULP; beyond ±2048 by `Math.cos`. */
export function cos(module: ModuleBuilder, math: MathCode, x: Local<'v128'>): Vector {
  return turned(module, math, x, 'cos')
}
