/** A small assembler: WebAssembly written as typed expressions and statements. */
export { atomic } from './atomic.ts'
export type { Code, Local } from './code.ts'
export {
  type FunctionRef,
  type MathFunction,
  ModuleBuilder,
  mathFunctions,
} from './module.ts'
export { f32, f64, i32, i64, select } from './scalar.ts'
export { f32x4, f64x2, i8x16, i16x8, i32x4, i64x2, relaxed, type Vector, v128 } from './simd.ts'
export type { Effect, Int, Value, ValueType } from './value.ts'
