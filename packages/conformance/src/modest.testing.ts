import {
  type Backend,
  type DeviceBuffer,
  type HostArray,
  interpreterBackend,
  type TypedArray,
} from '@samkit/core'

interface Held extends DeviceBuffer {
  readonly data: TypedArray
}

const hold = (data: TypedArray): Held => ({ data, dispose: () => {} })
const least = 2 ** -126
const most = 2 ** 16

/** What some graphics processor may make of a number: no NaN, no infinities, no denormals, no −0. */
const modestly = (x: number): number => {
  if (Number.isNaN(x)) return 1
  if (!Number.isFinite(x)) return Math.sign(x) * 3e38
  return Math.abs(x) < least ? 0 : x
}

/** A backend that promises little, answers later, and keeps its word: `f32` only, without special values, small tensors. */
export function modestBackend(): Backend {
  const check = (shape: readonly number[]): void => {
    const size = shape.reduce((a, b) => a * b, 1)
    if (size > most)
      throw new Error(`a tensor of ${size} elements is more than the ${most} that fit; split it`)
  }
  const { downloadSync: _, ...inner } = interpreterBackend<Held>({
    name: 'modest',
    dtypes: ['bool', 'i32', 'f32'],
    upload: (data, { shape, dtype }) => {
      check(shape)
      return hold(dtype === 'f32' ? data.map(modestly) : data.slice())
    },
    download: ({ data }) => data.slice(),
    kernel: (primitive, _specs, { shape }) => {
      check(shape)
      return (inputs, attrs, output) => {
        const arrays = inputs.map(({ buffer, ...spec }): HostArray => ({ ...spec, data: buffer.data }))
        const right = primitive.reference(arrays, attrs, output)
        return hold(output.dtype === 'f32' ? right.map(modestly) : right.slice())
      }
    },
  })
  return {
    ...inner,
    capabilities: {
      sync: false,
      dtypes: ['bool', 'i32', 'f32'],
      deterministic: true,
      nonFinite: false,
      subnormals: false,
      signedZero: false,
      maxElements: most,
    },
    compile: async (plan) => {
      const executable = await inner.compile(plan)
      return { ...executable, run: async (inputs) => executable.run(inputs) }
    },
  }
}
