import { type Backend, referenceBackend, type Tensor, type TypedArray } from '@samkit/core'
import { expect } from 'vitest'

/** The values of tensors made by `make`, computed on a backend in one plan each. */
async function valuesOn(backend: Backend, make: () => readonly Tensor[]): Promise<TypedArray[]> {
  const values: TypedArray[] = []
  for (const t of make()) values.push(await t.data({ backend }))
  return values
}

/** Expects that a backend gives the numbers that the reference gives; of zeros either. */
export async function expectSame(backend: Backend, make: () => readonly Tensor[]): Promise<void> {
  const [found, right] = [await valuesOn(backend, make), await valuesOn(referenceBackend, make)]
  // Adding 0 makes both zeros 0.
  expect(found.map((data) => Array.from(data, (x) => x + 0))).toEqual(
    right.map((data) => Array.from(data, (x) => x + 0)),
  )
}
