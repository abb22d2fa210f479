import { expect } from 'vitest'
import { type Backend, type DType, type Plan, referenceBackend, type Tensor, tensor } from '../index.ts'
import type { TensorData } from '../tensor/create.ts'

/** A tensor at the precision that derivatives are checked in. */
export function f64(values: TensorData): Tensor {
  return tensor(values, { dtype: 'f64' })
}

/** A tensor of the given shape with fixed, irregular values between about -1.2 and 1.2; another set for every salt. */
export function irregular(shape: readonly number[], salt = 0, dtype: DType = 'f64'): Tensor {
  const size = shape.reduce((product, n) => product * n, 1)
  const values = Float64Array.from({ length: size }, (_, i) => 1.2 * Math.sin(1.7 + 2.3 * i + 5.1 * salt))
  return tensor(values, { shape, dtype })
}

/** Asserts the elements in row-major order, to so many digits after the point. */
export async function expectClose(actual: Tensor, expected: readonly number[], digits = 9): Promise<void> {
  const values = Array.from(await actual.data())
  expect(values).toEqual(expected.map((value) => expect.closeTo(value, digits)))
}

/** The reference backend, remembering every plan it runs. */
export function watchedBackend(): { readonly backend: Backend; readonly runs: Plan[] } {
  const runs: Plan[] = []
  const backend: Backend = {
    ...referenceBackend,
    name: 'watched',
    compile: async (plan) => {
      const executable = await referenceBackend.compile(plan)
      return {
        fallbacks: executable.fallbacks,
        run: (inputs) => {
          runs.push(plan)
          return executable.run(inputs)
        },
      }
    },
  }
  return { backend, runs }
}
