import type { DType, HostArray, TypedArray } from '../../graph/dtype.ts'
import { positions } from './nd.testing.ts'

/** How far two results may be apart. */
export interface Accuracy {
  /** In units of the last place of an `f64`; for `f32`, whose last place is far wider, any allowance is 1. Default 0. */
  readonly ulps?: number
  /** Whether 0 and -0 differ. Default true. */
  readonly signedZero?: boolean
}

const view = new DataView(new ArrayBuffer(8))

/** The number's place in the order of all numbers of its format; both zeros are at 0. */
function rank(x: number, dtype: DType): bigint {
  if (dtype === 'f32') view.setFloat32(0, Math.abs(x))
  else view.setFloat64(0, Math.abs(x))
  const place = dtype === 'f32' ? BigInt(view.getUint32(0)) : view.getBigUint64(0)
  return x < 0 ? -place : place
}

function agree(a: number, b: number, dtype: DType, { ulps = 0, signedZero = true }: Accuracy): boolean {
  if (Object.is(a, b)) return true
  if (Number.isNaN(a) || Number.isNaN(b) || (dtype !== 'f32' && dtype !== 'f64')) return false
  if (a === 0 && b === 0) return !signedZero
  const gap = rank(a, dtype) - rank(b, dtype)
  const allowed = dtype === 'f32' ? Math.min(1, ulps) : ulps
  return (gap < 0n ? -gap : gap) <= BigInt(allowed)
}

/** Where two arrays first disagree, in words; undefined where they agree everywhere. */
export function firstDifference(
  actual: TypedArray,
  expected: HostArray,
  accuracy: Accuracy,
): string | undefined {
  if (actual.length !== expected.data.length) {
    return `${actual.length} elements instead of ${expected.data.length}`
  }
  const differs = (a: number, i: number): boolean => !agree(a, expected.data[i]!, expected.dtype, accuracy)
  const i = Array.from(actual).findIndex(differs)
  if (i < 0) return undefined
  const place = positions(expected.shape)[i]?.join() ?? ''
  const show = (x: number): string => (Object.is(x, -0) ? '-0' : String(x))
  return `element [${place}] is ${show(actual[i]!)} instead of ${show(expected.data[i]!)}`
}
