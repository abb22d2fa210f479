import type { Capabilities, HostArray, TypedArray } from '@samkit/core'
import { isFloat, smallestNormal } from './units.ts'

/** What a backend promises of special values. */
export interface Claims {
  readonly nonFinite: boolean
  readonly subnormals: boolean
  readonly signedZero: boolean
}

/** What a backend's capabilities say of special values, with the defaults filled in. */
export function claimsOf({ nonFinite = true, subnormals = true, signedZero = true }: Capabilities): Claims {
  return { nonFinite, subnormals, signedZero }
}

/** The array without the values of which the backend promises nothing: they become 0. */
export function tamed(array: HostArray, { nonFinite, subnormals, signedZero }: Claims): HostArray {
  const { dtype } = array
  if (!isFloat(dtype) || (nonFinite && subnormals && signedZero)) return array
  const least = smallestNormal[dtype]
  const data: TypedArray = array.data.map((x) => {
    if (!nonFinite && !Number.isFinite(x)) return 0
    if (!subnormals && x !== 0 && Math.abs(x) < least) return 0
    return !signedZero && x === 0 ? 0 : x
  })
  return { ...array, data }
}
