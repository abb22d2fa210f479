import { type Plan, sizeOf } from '@samkit/core'
import { type Bounds, boundsWith } from './bounds.ts'
import { type Claims, claimsOf } from './compare/claims.ts'
import { Device } from './device/device.ts'
import type { BackendSource, Settings } from './options.ts'

/** What the checks of one run share. */
export interface Session {
  /** The backend's name. */
  readonly name: string
  readonly source: BackendSource
  readonly device: Device
  readonly claims: Claims
  readonly bounds: Bounds
  readonly settings: Settings
}

/** Makes the backend, if it is to be made, and what goes with it. */
export async function openSession(source: BackendSource, settings: Settings): Promise<Session> {
  const backend = typeof source === 'function' ? await source() : source
  return {
    name: backend.name,
    source,
    device: new Device(backend),
    claims: claimsOf(backend.capabilities),
    bounds: boundsWith(settings.stated),
    settings,
  }
}

/** Whether a plan is made of primitives, dtypes and sizes that are to be checked on this backend. */
export function concerns({ settings, device }: Session, { steps, values }: Plan): boolean {
  const { primitives } = settings
  const { dtypes, maxElements = Number.POSITIVE_INFINITY } = device.backend.capabilities
  return (
    values.every(({ dtype, shape }) => dtypes.includes(dtype) && sizeOf(shape) <= maxElements) &&
    (primitives === null || steps.every(({ primitive }) => primitives.has(primitive.name)))
  )
}
