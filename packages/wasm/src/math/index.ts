import type { Local, ModuleBuilder, Vector } from '../assembler/index.ts'
import type { MathCode } from './arithmetic.ts'
import { exp, expm1 } from './exp.ts'
import { log, log1p } from './log.ts'
import { erf, tanh } from './saturating.ts'
import { cos, sin } from './trigonometry.ts'

export { type MathCode, mathCode } from './arithmetic.ts'

/** Functions of four f32 at once, by the names of the primitives. */
export const vectorMath: Readonly<
  Record<string, (module: ModuleBuilder, math: MathCode, x: Local<'v128'>) => Vector>
> = {
  exp: (_, math, x) => exp(math, x),
  expm1: (_, math, x) => expm1(math, x),
  log: (_, math, x) => log(math, x),
  log1p: (_, math, x) => log1p(math, x),
  tanh: (_, math, x) => tanh(math, x),
  erf: (_, math, x) => erf(math, x),
  sin,
  cos,
}
