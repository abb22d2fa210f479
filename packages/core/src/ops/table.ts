import type { Primitive } from '../graph/tensor.ts'
import { argsort } from './argsort.ts'
import { abs, div, floor, mul, neg, remainder, sign, sub } from './arithmetic.ts'
import { expand, sum } from './broadcast.ts'
import { cast } from './cast.ts'
import { eq, le, logicalAnd, logicalNot, logicalOr, lt } from './compare.ts'
import { conv } from './conv.ts'
import { cumsum } from './cumsum.ts'
import type { AnyOp } from './define.ts'
import { add } from './elementwise.ts'
import { argmax, argmin, max, min } from './extrema.ts'
import { barrier, identity, stopGradient } from './flow.ts'
import { gather, scatterAdd } from './gather.ts'
import { constant, iota } from './leaves.ts'
import { matmul } from './matmul.ts'
import { maximum, minimum } from './maximum.ts'
import { random } from './random.ts'
import { permute, reshape } from './reshape.ts'
import { where } from './select.ts'
import { concat, flip, padding, slice } from './slice.ts'
import { cos, erf, exp, expm1, log, log1p, pow, sin, sqrt, tanh } from './transcendental.ts'
import { fold, windows } from './windows.ts'

/** Every op, each a function that carries its primitive. */
export const ops: readonly AnyOp[] = [
  // leaves
  constant,
  iota,
  random,
  // elementwise
  neg,
  abs,
  sign,
  floor,
  exp,
  log,
  log1p,
  expm1,
  sqrt,
  sin,
  cos,
  tanh,
  erf,
  add,
  sub,
  mul,
  div,
  pow,
  remainder,
  maximum,
  minimum,
  eq,
  lt,
  le,
  logicalAnd,
  logicalOr,
  logicalNot,
  where,
  cast,
  // shape
  reshape,
  permute,
  expand,
  slice,
  padding,
  flip,
  concat,
  windows,
  fold,
  // reductions and scans
  sum,
  max,
  min,
  argmax,
  argmin,
  cumsum,
  // indexing
  gather,
  scatterAdd,
  argsort,
  // contractions
  matmul,
  conv,
  // order and gradient flow
  identity,
  stopGradient,
  barrier,
]

/**
 * The primitive table: everything a backend has to compute, and everything autodiff has rules for. All else is
 * composed from these. (`input` and `custom` are not in it: they never reach a backend.)
 */
export const primitives: readonly Primitive[] = ops.map((op) => op.primitive)
