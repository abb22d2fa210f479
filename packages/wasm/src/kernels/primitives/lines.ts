import type { Shape } from '@samkit/core'
import { type Code, type Int, i32, type Local } from '../../assembler/index.ts'

/** An array cut along one axis: `outer · inner` lines of `length` elements that lie `inner` apart. */
export interface Lines {
  readonly outer: number
  readonly length: number
  readonly inner: number
}

/** The lines of a shape along an axis. */
export function linesOf(shape: Shape, axis: number): Lines {
  const product = (sizes: Shape): number => sizes.reduce((count, n) => count * n, 1)
  return {
    outer: product(shape.slice(0, axis)),
    length: shape[axis] ?? 1,
    inner: product(shape.slice(axis + 1)),
  }
}

/**
 * Visits the pairs that the numbers `from` up to `to` stand for: `first · count + second`. Divides once, not each time.
 */
export function eachPair(
  code: Code,
  { from, to, count }: { readonly from: Local<'i32'>; readonly to: Int; readonly count: number },
  body: (first: Local<'i32'>, second: Local<'i32'>, pair: Local<'i32'>) => void,
): void {
  const pair = code.local('i32')
  const first = code.let(i32.divU(from, Math.max(1, count)))
  const second = code.let(i32.sub(from, i32.mul(first, count)))
  code.for(pair, { from, to }, () => {
    body(first, second, pair)
    code.increase(second, 1)
    code.if(i32.geU(second, count), () => {
      code.set(second, i32.const(0))
      code.increase(first, 1)
    })
  })
}

/** `base + bytes · element`, without what a constant makes superfluous. */
export function addressOf(base: Int, element: Int, bytes: number): Local<'i32'> | ReturnType<typeof i32.add> {
  return i32.add(base, bytes === 1 ? element : i32.mul(element, bytes))
}
